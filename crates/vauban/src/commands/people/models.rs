//! Which keys administrators may have: `models` of `[signin]` names a folder with one metadata statement for each model.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use vauban_guard::config::SignInTable;
use vauban_model::Text;
use vauban_people::Rules;
use vauban_signin::{LONGEST_STATEMENT, Models};

use crate::failure::Failure;

/// The rules as `[signin]` has them: whoever opens the file of people opens it with these.
pub(in crate::commands) fn rules(table: &SignInTable) -> Rules {
    Rules { attested_administrators: !table.models.is_empty(), ..Rules::default() }
}

/// The models that are vouched for; none where no folder is named.
pub(in crate::commands) fn read(table: &SignInTable) -> Result<Models, Failure> {
    let mut models = Models::default();
    if table.models.is_empty() {
        return Ok(models);
    }
    let folder = Path::new(&table.models);
    for file in files(folder).map_err(|error| unreadable(folder, &error))? {
        let statement = bytes(&file).map_err(|error| unreadable(&file, &error))?;
        models.trust_statement(&statement).map_err(|wrong| {
            let (words, shown) = (wrong.words(), file.display());
            failed(Text::new(format!("{shown} : {}", words.fr), format!("{shown}: {}", words.en)))
        })?;
    }
    if models.is_empty() {
        let shown = folder.display();
        return Err(failed(Text::new(
            format!("{shown} ne contient aucun modèle de clé : aucun administrateur ne pourrait en avoir une"),
            format!("{shown} holds no model of key: no administrator could have one"),
        )));
    }
    Ok(models)
}

/// What lies in the folder, in its order. All of it has to be statements, but for what systems hide: a model that is misspelt must not be
/// passed over.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    let is_hidden = |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let mut files: Vec<PathBuf> = entries.into_iter().filter(|path| !is_hidden(path)).collect();
    files.sort();
    Ok(files)
}

/// A file, up to what is refused for its length.
fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(LONGEST_STATEMENT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    let shown = path.display();
    failed(Text::new(format!("{shown} ne peut pas être lu : {error}"), format!("{shown} cannot be read: {error}")))
}

fn failed(what: Text) -> Failure {
    let hint = Text::new(
        "`models` de [signin] nomme un dossier avec une déclaration FIDO par modèle : voyez docs/signin.md",
        "`models` of [signin] names a folder with one FIDO metadata statement for each model: see docs/signin.md",
    );
    Failure::new("models", what, hint)
}

#[cfg(test)]
mod tests {
    use vauban_model::Lang;

    use super::*;

    fn table(folder: &Path) -> SignInTable {
        SignInTable { models: folder.display().to_string(), ..SignInTable::default() }
    }

    #[test]
    fn without_a_folder_any_key_will_do() {
        let models = read(&SignInTable::default()).unwrap();
        assert!(models.is_empty() && !rules(&SignInTable::default()).attested_administrators);
        assert!(rules(&table(Path::new("models"))).attested_administrators);
    }

    #[test]
    fn what_is_wrong_with_a_folder_is_said_in_both_languages() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("models");
        let said = || {
            let failure = read(&table(&folder)).unwrap_err();
            (failure.words().get(Lang::Fr).to_owned(), failure.words().get(Lang::En).to_owned())
        };
        assert!(said().1.contains("models cannot be read"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join(".hidden"), "x").unwrap();
        let (fr, en) = said();
        assert!(fr.contains("aucun modèle") && en.contains("holds no model"), "{fr} {en}");
        fs::write(folder.join("readme.txt"), "Keys of 2027").unwrap();
        let (fr, en) = said();
        assert!(fr.contains("readme.txt : ce n’est pas") && en.contains("readme.txt: this is not"), "{fr} {en}");
        fs::write(folder.join("readme.txt"), r#"{"aaguid": "aabbccdd-0000-4000-8000-000000000001"}"#).unwrap();
        assert!(said().1.contains("the maker vouches for nobody"));
        fs::remove_file(folder.join("readme.txt")).unwrap();
        fs::create_dir(folder.join("more")).unwrap();
        assert!(said().1.contains("more cannot be read"), "a folder in the folder");
    }
}

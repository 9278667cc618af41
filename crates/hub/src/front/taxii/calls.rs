//! One answer for each call.

use vauban_taxii::{
    Answer, ApiRoot, Call, Collection, CollectionId, Collections, Discovery, Missing, Refusal, Response, RootName,
    STIX, Settings,
};

use super::{
    door::{ROOT, refusal},
    pages::Kind,
};
use crate::{
    front::{Front, party::stream_id},
    store::{CredentialHash, StreamView},
};

/// Who asks, and what of.
#[derive(Clone, Copy)]
pub(super) struct Asker<'f> {
    pub(super) front: &'f Front,
    pub(super) credential: CredentialHash,
    pub(super) settings: &'f Settings,
}

impl Asker<'_> {
    pub(super) async fn answer(self, call: Call<'_>) -> Result<Response, Refusal> {
        match call {
            Call::Discovery => Ok(Answer::Discovery(&self.discovery()).response()),
            Call::ApiRoot { root } => {
                is_root(&root)?;
                Ok(Answer::ApiRoot(&self.root()).response())
            }
            Call::Collections { root } => {
                is_root(&root)?;
                let streams = self.front.store.streams(self.credential).await.map_err(refusal)?;
                let collections = streams.into_iter().map(collection).collect::<Result<_, _>>()?;
                Ok(Answer::Collections(&Collections { collections }).response())
            }
            Call::Collection { root, id } => {
                let collection = collection(self.stream(&root, &id).await?)?;
                Ok(Answer::Collection(&collection).response())
            }
            Call::Manifest { root, collection, filter, page } => {
                let stream = self.stream(&root, &collection).await?;
                self.page(&stream, &filter, &page, Kind::Manifest).await
            }
            Call::Objects { root, collection, filter, page } => {
                let stream = self.stream(&root, &collection).await?;
                self.page(&stream, &filter, &page, Kind::Objects).await
            }
            Call::Object { root, collection, id, filter, page } => {
                let stream = self.stream(&root, &collection).await?;
                self.of_object(&stream, &id, &filter, &page, Kind::Objects).await
            }
            Call::Versions { root, collection, id, filter, page } => {
                let stream = self.stream(&root, &collection).await?;
                self.of_object(&stream, &id, &filter, &page, Kind::Versions).await
            }
            Call::AddObjects { root, collection, envelope } => {
                let stream = self.writable(&root, &collection).await?;
                self.add(&stream, &envelope).await
            }
            Call::DeleteObject { root, collection, id, filter } => {
                let stream = self.writable(&root, &collection).await?;
                self.delete(&stream, &id, &filter).await
            }
            Call::Status { root, id } => {
                is_root(&root)?;
                self.status(&id).await
            }
        }
    }

    fn discovery(&self) -> Discovery {
        let settings = &self.front.settings;
        let root = format!("{}/{ROOT}/", settings.address.as_deref().unwrap_or_default());
        Discovery {
            title: settings.title.clone(),
            description: text(&settings.description),
            contact: settings.contact.clone(),
            default: Some(root.clone()),
            api_roots: vec![root],
        }
    }

    fn root(&self) -> ApiRoot {
        let settings = &self.front.settings;
        ApiRoot { description: text(&settings.description), ..ApiRoot::new(settings.title.clone(), settings.body) }
    }

    async fn stream(&self, root: &RootName, id: &CollectionId) -> Result<StreamView, Refusal> {
        is_root(root)?;
        let missing = || Refusal::NotFound(Missing::Collection);
        let id = stream_id(id.as_str()).ok_or_else(missing)?;
        let streams = self.front.store.streams(self.credential).await.map_err(refusal)?;
        streams.into_iter().find(|view| view.info.id == id).ok_or_else(missing)
    }

    async fn writable(&self, root: &RootName, id: &CollectionId) -> Result<StreamView, Refusal> {
        let stream = self.stream(root, id).await?;
        if stream.may_write { Ok(stream) } else { Err(Refusal::Forbidden) }
    }
}

fn is_root(root: &RootName) -> Result<(), Refusal> {
    if root.as_str() == ROOT { Ok(()) } else { Err(Refusal::NotFound(Missing::Root)) }
}

fn collection(view: StreamView) -> Result<Collection, Refusal> {
    Ok(Collection {
        id: CollectionId::try_from(view.info.id.0.to_string()).map_err(|_| Refusal::Internal)?,
        title: view.info.title,
        description: text(&view.info.description),
        alias: None,
        can_read: true,
        can_write: view.may_write,
        media_types: vec![STIX.to_owned()],
    })
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

//! What is printed of a tool, by the names that its own settings have (RFC 7591, section 2).

use std::fmt::Write as _;

use vauban_model::{Lang, Text};
use vauban_oidc::{Authentication, Client, Provider, RedirectUri, Secret, paths};

const RED: &str = "\u{1b}[31m";
const PLAIN: &str = "\u{1b}[0m";

/// What is copied into the tool's own settings.
pub(super) fn told(provider: &Provider, client: &Client, secret: Option<&Secret>, lang: Lang) -> String {
    let mut text = format!("issuer = {}\nclient_id = {}\n", provider.issuer(), client.known.id);
    if let Some(secret) = secret {
        let _ = writeln!(text, "client_secret = {}", &*secret.text());
        let once = Text::new(
            "Le secret n'est affiché qu'une fois : copiez-le dans les réglages de l'outil.",
            "The secret is shown this once: copy it into the tool's settings.",
        );
        let _ = writeln!(text, "{}", once.get(lang));
    }
    text
}

/// All that is known of a tool, but for its secret, of which nobody knows more than its hash.
pub(super) fn whole(provider: &Provider, client: &Client, lang: Lang) -> String {
    let known = &client.known;
    let shows = match &known.authentication {
        Authentication::Secret => "client_secret_basic, client_secret_post".to_owned(),
        Authentication::None => "none".to_owned(),
        Authentication::Keys(keys) => format!("private_key_jwt ({})", keys.keys.len()),
    };
    let mut lines = vec![
        ("issuer", provider.issuer().to_owned()),
        ("discovery", format!("{}{}", provider.issuer(), paths::DISCOVERY)),
        ("client_id", known.id.to_string()),
        ("client_name", known.name.clone()),
        ("host", known.host.clone()),
        ("token_endpoint_auth_method", shows),
    ];
    let each = |name, addresses: &[RedirectUri]| -> Vec<(&str, String)> {
        addresses.iter().map(|address| (name, address.to_string())).collect()
    };
    lines.extend(each("redirect_uri", &known.redirects));
    lines.extend(each("post_logout_redirect_uri", &known.after_logout));
    lines.extend(each("backchannel_logout_uri", known.told_of_logout.as_slice()));
    lines.push(("id_token_signed_response_alg", known.algorithm.word().to_owned()));
    lines.push(("require_pushed_authorization_requests", known.pushes.to_string()));
    let mut text = String::new();
    for (name, value) in lines {
        let _ = writeln!(text, "{name} = {value}");
    }
    let _ = writeln!(text, "{}", pkce(client).get(lang));
    text
}

/// A line each.
pub(super) fn listed(clients: &[Client], lang: Lang) -> String {
    let mut text = String::new();
    for client in clients {
        let known = &client.known;
        let _ = writeln!(text, "{}  {}  {}  {}", known.id, known.name, known.host, pkce(client).get(lang));
    }
    if text.is_empty() {
        text.push_str(Text::new("aucun outil encore\n", "no tool yet\n").get(lang));
    }
    text
}

pub(super) fn pkce(client: &Client) -> Text {
    if client.is_legacy {
        Text::new(
            format!("{RED}SANS PKCE : un code volé à cet outil sert au voleur{PLAIN}"),
            format!("{RED}WITHOUT PKCE: a code stolen from this tool serves its thief{PLAIN}"),
        )
    } else {
        Text::new("PKCE exigé", "PKCE required")
    }
}

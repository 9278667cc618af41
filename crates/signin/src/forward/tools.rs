//! The tools behind sign-in, by the names that browsers know them by.

use std::{collections::BTreeMap, fmt, str::FromStr};

use axum::http::Uri;

use crate::back::Back;

/// Why an origin is no tool's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTool {
    /// Not an origin that browsers keep secrets for.
    #[error("a tool is written https://host or https://host:port, without a path; http is for localhost alone")]
    Origin,
    /// Sign-in's own name, or one that was named before.
    #[error("each tool has a name of its own, which is not the one of sign-in")]
    Taken,
}

/// A tool's origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    origin: String,
}

impl Tool {
    /// The origin, as browsers write it.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Host and port, as `Host` says them.
    pub(crate) fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }

    /// Where a path of its own lies.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl FromStr for Tool {
    type Err = NoTool;

    fn from_str(text: &str) -> Result<Self, NoTool> {
        let uri: Uri = text.parse().map_err(|_| NoTool::Origin)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(NoTool::Origin) };
        let is_secret = scheme == "https" || (scheme == "http" && authority.host() == "localhost");
        // The one spelling that browsers have: no user, no path, no capitals.
        let is_plain = format!("{scheme}://{authority}") == text
            && !authority.as_str().contains('@')
            && text.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase());
        if is_secret && is_plain { Ok(Self { origin: text.to_owned() }) } else { Err(NoTool::Origin) }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

/// All tools.
#[derive(Debug, Default)]
pub(crate) struct Tools(BTreeMap<String, Tool>);

impl Tools {
    /// These, beside a sign-in of this name.
    pub(crate) fn new(tools: &[Tool], own: &str) -> Result<Self, NoTool> {
        let mut all = BTreeMap::new();
        for tool in tools {
            if tool.host() == own || all.insert(tool.host().to_owned(), tool.clone()).is_some() {
                return Err(NoTool::Taken);
            }
        }
        Ok(Self(all))
    }

    /// The tool of this name, compared whole.
    pub(crate) fn get(&self, host: &str) -> Option<&Tool> {
        self.0.get(host)
    }
}

/// Where somebody goes at a tool: what they asked for, or its beginning.
pub(super) fn path_or_root(text: &str) -> String {
    Back::new(text).map_or_else(|| "/".to_owned(), |back| back.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_has_one_spelling_and_one_name() {
        for good in ["https://wiki.campagne.example", "https://wiki.campagne.example:8443", "http://localhost:3000"] {
            assert_eq!(good.parse::<Tool>().unwrap().origin(), good);
        }
        let bad = [
            "",
            "wiki.campagne.example",
            "http://wiki.campagne.example",
            "https://wiki.campagne.example/",
            "https://Wiki.campagne.example",
            "https://a@wiki.campagne.example",
            "https://wiki.campagne.example?a",
            "ftp://wiki.campagne.example",
            "https://",
        ];
        for bad in bad {
            assert_eq!(bad.parse::<Tool>(), Err(NoTool::Origin), "{bad:?}");
        }
        let wiki: Tool = "https://wiki.campagne.example".parse().unwrap();
        assert_eq!(Tools::new(&[wiki.clone(), wiki.clone()], "id.example").unwrap_err(), NoTool::Taken);
        assert_eq!(Tools::new(std::slice::from_ref(&wiki), "wiki.campagne.example").unwrap_err(), NoTool::Taken);
        let tools = Tools::new(&[wiki], "id.example").unwrap();
        for other in ["wiki.campagne.example.evil.example", "xwiki.campagne.example", "WIKI.campagne.example", ""] {
            assert!(tools.get(other).is_none(), "{other:?}");
        }
    }
}

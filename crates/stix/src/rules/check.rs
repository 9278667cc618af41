//! What the standard recommends (SHOULD), one check each, under the names and numbers that the reference validator gave them.

/// A recommendation that can be looked at or left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is its name, which `Check::name` spells")]
pub enum Check {
    CustomPrefix,
    CustomPrefixLax,
    Uuid,
    OpenVocabularyFormat,
    KillChainNames,
    ObservableObjectKeys,
    ObservableDictionaryKeys,
    MalwareAnalysisProduct,
    WindowsProcessPriority,
    HashLength,
    MarkingDefinitionType,
    RelationshipTypes,
    DuplicateIds,
    AttackMotivation,
    AttackResourceLevel,
    IdentityClass,
    IndicatorTypes,
    IndustrySector,
    MalwareTypes,
    ReportTypes,
    ThreatActorTypes,
    ThreatActorRole,
    ThreatActorSophistication,
    ToolTypes,
    Region,
    GroupingContext,
    ImplementationLanguages,
    InfrastructureTypes,
    MalwareCapabilities,
    ProcessorArchitecture,
    MalwareResult,
    HashAlgorithm,
    WindowsPebinaryType,
    AccountType,
    IndicatorPatternTypes,
    MimeType,
    Protocols,
    Ipfix,
    HttpRequestHeaders,
    SocketOptions,
    PdfDocInfo,
    Countries,
    NetworkTrafficPorts,
    ExternalReferenceHashes,
    IndicatorProperties,
    DeprecatedProperties,
    ExtensionDescription,
    ExtensionProperties,
    ExtensionsUse,
    /// Only the types of the standard. Looked at when the rules ask for it alone.
    StrictTypes,
    /// Only the properties of the standard. Looked at when the rules ask for it alone.
    StrictProperties,
    /// What relationships link is in the same bundle. Looked at when the rules ask for it alone.
    ReferencesInBundle,
}

/// Every check with its name and its number.
const TABLE: &[(Check, &str, u16)] = &[
    (Check::CustomPrefix, "custom-prefix", 101),
    (Check::CustomPrefixLax, "custom-prefix-lax", 102),
    (Check::Uuid, "uuid-check", 103),
    (Check::OpenVocabularyFormat, "open-vocab-format", 111),
    (Check::KillChainNames, "kill-chain-names", 121),
    (Check::ObservableObjectKeys, "observable-object-keys", 141),
    (Check::ObservableDictionaryKeys, "observable-dictionary-keys", 142),
    (Check::MalwareAnalysisProduct, "malware-analysis-product", 143),
    (Check::WindowsProcessPriority, "windows-process-priority-format", 149),
    (Check::HashLength, "hash-length", 150),
    (Check::MarkingDefinitionType, "marking-definition-type", 201),
    (Check::RelationshipTypes, "relationship-types", 202),
    (Check::DuplicateIds, "duplicate-ids", 203),
    (Check::AttackMotivation, "attack-motivation", 211),
    (Check::AttackResourceLevel, "attack-resource-level", 212),
    (Check::IdentityClass, "identity-class", 213),
    (Check::IndicatorTypes, "indicator-types", 214),
    (Check::IndustrySector, "industry-sector", 215),
    (Check::MalwareTypes, "malware-types", 216),
    (Check::ReportTypes, "report-types", 218),
    (Check::ThreatActorTypes, "threat-actor-types", 219),
    (Check::ThreatActorRole, "threat-actor-role", 220),
    (Check::ThreatActorSophistication, "threat-actor-sophistication", 221),
    (Check::ToolTypes, "tool-types", 222),
    (Check::Region, "region", 223),
    (Check::GroupingContext, "grouping-context", 225),
    (Check::ImplementationLanguages, "implementation-languages", 226),
    (Check::InfrastructureTypes, "infrastructure-types", 227),
    (Check::MalwareCapabilities, "malware-capabilities", 228),
    (Check::ProcessorArchitecture, "processor-architecture", 230),
    (Check::MalwareResult, "malware-result", 231),
    (Check::HashAlgorithm, "hash-algo", 241),
    (Check::WindowsPebinaryType, "windows-pebinary-type", 243),
    (Check::AccountType, "account-type", 244),
    (Check::IndicatorPatternTypes, "indicator-pattern-types", 245),
    (Check::MimeType, "mime-type", 271),
    (Check::Protocols, "protocols", 272),
    (Check::Ipfix, "ipfix", 273),
    (Check::HttpRequestHeaders, "http-request-headers", 274),
    (Check::SocketOptions, "socket-options", 275),
    (Check::PdfDocInfo, "pdf-doc-info", 276),
    (Check::Countries, "countries", 277),
    (Check::NetworkTrafficPorts, "network-traffic-ports", 301),
    (Check::ExternalReferenceHashes, "extref-hashes", 302),
    (Check::IndicatorProperties, "indicator-properties", 303),
    (Check::DeprecatedProperties, "deprecated-properties", 304),
    (Check::ExtensionDescription, "extension-description", 305),
    (Check::ExtensionProperties, "extension-properties", 306),
    (Check::ExtensionsUse, "extensions-use", 401),
    (Check::StrictTypes, "strict-types", 901),
    (Check::StrictProperties, "strict-properties", 902),
    (Check::ReferencesInBundle, "enforce-refs", 903),
];

/// Names for many checks, and the numbers that they cover.
const GROUPS: &[(&str, &str, std::ops::Range<u16>)] = &[
    ("all", "0", 103..900),
    ("format-checks", "1", 100..200),
    ("approved-values", "2", 200..300),
    ("all-vocabs", "210", 210..250),
    ("all-external-sources", "270", 270..280),
];

impl Check {
    /// The name, as in `hash-algo`.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE.iter().find(|(check, ..)| *check == self).map_or("", |(_, name, _)| name)
    }

    /// The number, as in 241.
    #[must_use]
    pub fn number(self) -> u16 {
        TABLE.iter().find(|(check, ..)| *check == self).map_or(0, |(.., number)| *number)
    }

    /// Every check there is.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(check, ..)| *check)
    }

    /// The checks behind the name or number of a check or of a group; none when there is no such name.
    #[must_use]
    pub fn named(name: &str) -> Vec<Self> {
        if let Some((.., range)) = GROUPS.iter().find(|(group, number, _)| *group == name || *number == name) {
            return Self::all().filter(|check| range.contains(&check.number())).collect();
        }
        let is_it = |check: &Self| check.name() == name || check.number().to_string() == name;
        Self::all().filter(is_it).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_unique_and_read_back() {
        for check in Check::all() {
            assert_eq!(Check::named(check.name()), [check]);
            assert_eq!(Check::named(&check.number().to_string()), [check]);
        }
    }

    #[test]
    fn groups_hold_what_their_numbers_say() {
        assert!(Check::named("all-vocabs").contains(&Check::MalwareResult));
        assert!(!Check::named("all-vocabs").contains(&Check::DuplicateIds));
        assert!(!Check::named("all").contains(&Check::CustomPrefix));
        assert!(Check::named("all").contains(&Check::ExtensionsUse));
        assert_eq!(Check::named("no-such-check"), []);
    }
}

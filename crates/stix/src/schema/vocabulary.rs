//! The vocabularies and enumerations of section 10. Facts alone: the words in the standard's order, in one line where they fit.

use crate::rules::Check;

/// A list of words. Closed lists name no check: a word outside of one is an error, not a matter of taste.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) name: &'static str,
    pub(crate) section: &'static str,
    pub(crate) check: Option<Check>,
    words: &'static str,
}

impl Vocabulary {
    pub(crate) fn has(&self, word: &str) -> bool {
        !word.contains(' ') && self.words().any(|known| known == word)
    }

    pub(crate) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.words.split_ascii_whitespace()
    }
}

const fn open(name: &'static str, section: &'static str, check: Check, words: &'static str) -> Vocabulary {
    Vocabulary { name, section, check: Some(check), words }
}

const fn closed(name: &'static str, section: &'static str, words: &'static str) -> Vocabulary {
    Vocabulary { name, section, check: None, words }
}

pub(crate) const ACCOUNT_TYPE: Vocabulary = open(
    "account-type-ov",
    "10.1",
    Check::AccountType,
    "unix windows-local windows-domain ldap tacacs radius nis openid facebook skype twitter kavi",
);

pub(crate) const ATTACK_MOTIVATION: Vocabulary = open(
    "attack-motivation-ov",
    "10.2",
    Check::AttackMotivation,
    "\
     accidental coercion dominance ideology notoriety organizational-gain personal-gain personal-satisfaction revenge \
     unpredictable",
);

pub(crate) const ATTACK_RESOURCE_LEVEL: Vocabulary = open(
    "attack-resource-level-ov",
    "10.3",
    Check::AttackResourceLevel,
    "individual club contest team organization government",
);

pub(crate) const ENCRYPTION_ALGORITHM: Vocabulary =
    closed("encryption-algorithm-enum", "10.4", "AES-256-GCM ChaCha20-Poly1305 mime-type-indicated");

pub(crate) const EXTENSION_TYPE: Vocabulary =
    closed("extension-type-enum", "10.5", "new-sdo new-sco new-sro property-extension toplevel-property-extension");

pub(crate) const GROUPING_CONTEXT: Vocabulary =
    open("grouping-context-ov", "10.6", Check::GroupingContext, "suspicious-activity malware-analysis unspecified");

pub(crate) const HASH_ALGORITHM: Vocabulary =
    open("hash-algorithm-ov", "10.7", Check::HashAlgorithm, "MD5 SHA-1 SHA-256 SHA-512 SHA3-256 SHA3-512 SSDEEP TLSH");

pub(crate) const IDENTITY_CLASS: Vocabulary =
    open("identity-class-ov", "10.8", Check::IdentityClass, "individual group system organization class unknown");

pub(crate) const IMPLEMENTATION_LANGUAGE: Vocabulary = open(
    "implementation-language-ov",
    "10.9",
    Check::ImplementationLanguages,
    "\
     applescript bash c c++ c# go java javascript lua objective-c perl php powershell python ruby scala swift \
     typescript visual-basic rust x86-32 x86-64",
);

pub(crate) const INDICATOR_TYPE: Vocabulary = open(
    "indicator-type-ov",
    "10.10",
    Check::IndicatorTypes,
    "anomalous-activity anonymization benign compromised malicious-activity attribution unknown",
);

pub(crate) const INDUSTRY_SECTOR: Vocabulary = open(
    "industry-sector-ov",
    "10.11",
    Check::IndustrySector,
    "\
     agriculture aerospace automotive chemical commercial communications construction defense education energy \
     entertainment financial-services government emergency-services government-local government-national \
     government-public-services government-regional healthcare hospitality-leisure infrastructure dams nuclear water \
     insurance legal manufacturing mining non-profit pharmaceuticals retail technology telecommunications transportation \
     utilities",
);

pub(crate) const INFRASTRUCTURE_TYPE: Vocabulary = open(
    "infrastructure-type-ov",
    "10.12",
    Check::InfrastructureTypes,
    "\
     amplification anonymization botnet command-and-control control-system exfiltration firewall hosting-malware \
     hosting-target-lists phishing reconnaissance routers-switches staging workstation unknown",
);

pub(crate) const MALWARE_CAPABILITIES: Vocabulary = open(
    "malware-capabilities-ov",
    "10.13",
    Check::MalwareCapabilities,
    "\
     accesses-remote-machines anti-debugging anti-disassembly anti-emulation anti-memory-forensics anti-sandbox \
     anti-vm captures-input-peripherals captures-output-peripherals captures-system-state-data \
     cleans-traces-of-infection commits-fraud communicates-with-c2 compromises-data-availability \
     compromises-data-integrity compromises-system-availability controls-local-machine degrades-security-software \
     degrades-system-updates determines-c2-server emails-spam escalates-privileges evades-av exfiltrates-data \
     fingerprints-host hides-artifacts hides-executing-code infects-files infects-remote-machines \
     installs-other-components persists-after-system-reboot prevents-artifact-access prevents-artifact-deletion \
     probes-network-environment self-modifies steals-authentication-credentials violates-system-operational-integrity",
);

pub(crate) const MALWARE_RESULT: Vocabulary =
    open("malware-result-ov", "10.14", Check::MalwareResult, "malicious suspicious benign unknown");

pub(crate) const MALWARE_TYPE: Vocabulary = open(
    "malware-type-ov",
    "10.15",
    Check::MalwareTypes,
    "\
     adware backdoor bot bootkit ddos downloader dropper exploit-kit keylogger ransomware remote-access-trojan \
     resource-exploitation rogue-security-software rootkit screen-capture spyware trojan unknown virus webshell wiper \
     worm",
);

pub(crate) const MARKING_DEFINITION_TYPE: Vocabulary =
    open("the types of markings", "7.2.1", Check::MarkingDefinitionType, "statement tlp");

pub(crate) const ADDRESS_FAMILY: Vocabulary = closed(
    "network-socket-address-family-enum",
    "10.16",
    "AF_UNSPEC AF_INET AF_IPX AF_APPLETALK AF_NETBIOS AF_INET6 AF_IRDA AF_BTH",
);

pub(crate) const SOCKET_TYPE: Vocabulary =
    closed("network-socket-type-enum", "10.17", "SOCK_STREAM SOCK_DGRAM SOCK_RAW SOCK_RDM SOCK_SEQPACKET");

pub(crate) const OPINION: Vocabulary =
    closed("opinion-enum", "10.18", "strongly-disagree disagree neutral agree strongly-agree");

pub(crate) const PATTERN_TYPE: Vocabulary =
    open("pattern-type-ov", "10.19", Check::IndicatorPatternTypes, "stix pcre sigma snort suricata yara");

pub(crate) const PROCESSOR_ARCHITECTURE: Vocabulary = open(
    "processor-architecture-ov",
    "10.20",
    Check::ProcessorArchitecture,
    "alpha arm ia-64 mips powerpc sparc x86 x86-64",
);

pub(crate) const REGION: Vocabulary = open(
    "region-ov",
    "10.21",
    Check::Region,
    "\
     africa eastern-africa middle-africa northern-africa southern-africa western-africa americas \
     latin-america-caribbean south-america caribbean central-america northern-america asia central-asia eastern-asia \
     southern-asia south-eastern-asia western-asia europe eastern-europe northern-europe southern-europe \
     western-europe oceania australia-new-zealand melanesia micronesia polynesia antarctica",
);

pub(crate) const REPORT_TYPE: Vocabulary = open(
    "report-type-ov",
    "10.22",
    Check::ReportTypes,
    "\
     threat-report attack-pattern campaign identity incident indicator intrusion-set malware observed-data threat-actor tool \
     vulnerability",
);

pub(crate) const THREAT_ACTOR_TYPE: Vocabulary = open(
    "threat-actor-type-ov",
    "10.23",
    Check::ThreatActorTypes,
    "\
     activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled nation-state \
     sensationalist spy terrorist unknown",
);

pub(crate) const THREAT_ACTOR_ROLE: Vocabulary = open(
    "threat-actor-role-ov",
    "10.24",
    Check::ThreatActorRole,
    "agent director independent infrastructure-architect infrastructure-operator malware-author sponsor",
);

pub(crate) const THREAT_ACTOR_SOPHISTICATION: Vocabulary = open(
    "threat-actor-sophistication-ov",
    "10.25",
    Check::ThreatActorSophistication,
    "none minimal intermediate advanced expert innovator strategic",
);

pub(crate) const TOOL_TYPE: Vocabulary = open(
    "tool-type-ov",
    "10.26",
    Check::ToolTypes,
    "\
     denial-of-service exploitation information-gathering network-capture credential-exploitation remote-access \
     vulnerability-scanning unknown",
);

pub(crate) const INTEGRITY_LEVEL: Vocabulary =
    closed("windows-integrity-level-enum", "10.27", "low medium high system");

pub(crate) const PE_BINARY_TYPE: Vocabulary =
    open("windows-pebinary-type-ov", "10.28", Check::WindowsPebinaryType, "exe dll sys");

pub(crate) const REGISTRY_DATATYPE: Vocabulary = closed(
    "windows-registry-datatype-enum",
    "10.29",
    "\
     REG_NONE REG_SZ REG_EXPAND_SZ REG_BINARY REG_DWORD REG_DWORD_BIG_ENDIAN REG_DWORD_LITTLE_ENDIAN REG_LINK \
     REG_MULTI_SZ REG_RESOURCE_LIST REG_FULL_RESOURCE_DESCRIPTION REG_RESOURCE_REQUIREMENTS_LIST REG_QWORD \
     REG_INVALID_TYPE",
);

pub(crate) const SERVICE_START_TYPE: Vocabulary = closed(
    "windows-service-start-type-enum",
    "10.30",
    "SERVICE_AUTO_START SERVICE_BOOT_START SERVICE_DEMAND_START SERVICE_DISABLED SERVICE_SYSTEM_ALERT",
);

pub(crate) const SERVICE_TYPE: Vocabulary = closed(
    "windows-service-type-enum",
    "10.31",
    "SERVICE_KERNEL_DRIVER SERVICE_FILE_SYSTEM_DRIVER SERVICE_WIN32_OWN_PROCESS SERVICE_WIN32_SHARE_PROCESS",
);

pub(crate) const SERVICE_STATUS: Vocabulary = closed(
    "windows-service-status-enum",
    "10.32",
    "\
     SERVICE_CONTINUE_PENDING SERVICE_PAUSE_PENDING SERVICE_PAUSED SERVICE_RUNNING SERVICE_START_PENDING \
     SERVICE_STOP_PENDING SERVICE_STOPPED",
);

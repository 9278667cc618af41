//! Which log an event stands in, and which events a rule's `logsource` means.

use rsigma_parser::LogSource as Written;

/// The log that an event comes from. What is not known is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogSource<'e> {
    /// The product (`windows`).
    pub product: &'e str,
    /// Sigma's category, where the log is no Windows channel.
    pub category: &'e str,
    /// Sigma's service, where the log is no Windows channel.
    pub service: &'e str,
    /// The channel (`Microsoft-Windows-Sysmon/Operational`).
    pub channel: &'e str,
    /// The number of the event in its channel.
    pub event_id: u64,
}

/// What a rule's `logsource` asks for, in lower case; empty where it asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wanted {
    product: String,
    pub(crate) category: String,
    service: String,
}

pub(crate) const SYSMON: &str = "microsoft-windows-sysmon/operational";
pub(crate) const SECURITY: &str = "security";
const POWERSHELL: &[&str] = &["microsoft-windows-powershell/operational", "powershellcore/operational"];
const CLASSIC: &[&str] = &["windows powershell"];

/// Sigma's categories for Windows: channels and the numbers of the events in them.
const CATEGORIES: &[(&str, &[&str], &[u64])] = &[
    ("process_creation", &[SYSMON], &[1]),
    ("process_creation", &[SECURITY], &[4688]),
    ("file_change", &[SYSMON], &[2]),
    ("network_connection", &[SYSMON], &[3]),
    ("sysmon_status", &[SYSMON], &[4, 16]),
    ("process_termination", &[SYSMON], &[5]),
    ("driver_load", &[SYSMON], &[6]),
    ("image_load", &[SYSMON], &[7]),
    ("create_remote_thread", &[SYSMON], &[8]),
    ("raw_access_thread", &[SYSMON], &[9]),
    ("process_access", &[SYSMON], &[10]),
    ("file_event", &[SYSMON], &[11]),
    ("registry_add", &[SYSMON], &[12]),
    ("registry_delete", &[SYSMON], &[12]),
    ("registry_set", &[SYSMON], &[13]),
    ("registry_rename", &[SYSMON], &[14]),
    ("registry_event", &[SYSMON], &[12, 13, 14]),
    ("create_stream_hash", &[SYSMON], &[15]),
    ("pipe_created", &[SYSMON], &[17, 18]),
    ("wmi_event", &[SYSMON], &[19, 20, 21]),
    ("dns_query", &[SYSMON], &[22]),
    ("clipboard_capture", &[SYSMON], &[24]),
    ("process_tampering", &[SYSMON], &[25]),
    ("file_delete", &[SYSMON], &[23, 26]),
    ("file_block_executable", &[SYSMON], &[27]),
    ("file_block_shredding", &[SYSMON], &[28]),
    ("file_executable_detected", &[SYSMON], &[29]),
    ("sysmon_error", &[SYSMON], &[255]),
    ("ps_module", POWERSHELL, &[4103]),
    ("ps_script", POWERSHELL, &[4104]),
    ("ps_classic_start", CLASSIC, &[400]),
    ("ps_classic_provider_start", CLASSIC, &[600]),
    ("ps_classic_script", CLASSIC, &[800]),
];

/// Sigma's services for Windows: the channels they mean.
const SERVICES: &[(&str, &[&str])] = &[
    ("sysmon", &[SYSMON]),
    ("security", &[SECURITY]),
    ("system", &["system"]),
    ("application", &["application"]),
    ("powershell", POWERSHELL),
    ("powershell-classic", CLASSIC),
    ("windefend", &["microsoft-windows-windows defender/operational"]),
    ("taskscheduler", &["microsoft-windows-taskscheduler/operational"]),
    ("wmi", &["microsoft-windows-wmi-activity/operational"]),
    ("bits-client", &["microsoft-windows-bits-client/operational"]),
    ("dns-client", &["microsoft-windows-dns client events/operational", "microsoft-windows-dns-client/operational"]),
    ("dns-server", &["dns server"]),
    ("dns-server-analytic", &["microsoft-windows-dns-server/analytical"]),
    ("dns-server-audit", &["microsoft-windows-dns-server/audit"]),
    ("driver-framework", &["microsoft-windows-driverframeworks-usermode/operational"]),
    ("ntlm", &["microsoft-windows-ntlm/operational"]),
    ("dhcp", &["microsoft-windows-dhcp-server/operational"]),
    ("msexchange-management", &["msexchange management"]),
    ("printservice-admin", &["microsoft-windows-printservice/admin"]),
    ("printservice-operational", &["microsoft-windows-printservice/operational"]),
    ("smbclient-security", &["microsoft-windows-smbclient/security"]),
    ("smbclient-connectivity", &["microsoft-windows-smbclient/connectivity"]),
    ("smbserver-connectivity", &["microsoft-windows-smbserver/connectivity"]),
    ("terminalservices-localsessionmanager", &["microsoft-windows-terminalservices-localsessionmanager/operational"]),
    ("codeintegrity-operational", &["microsoft-windows-codeintegrity/operational"]),
    ("firewall-as", &["microsoft-windows-windows firewall with advanced security/firewall"]),
    (
        "applocker",
        &[
            "microsoft-windows-applocker/exe and dll",
            "microsoft-windows-applocker/msi and script",
            "microsoft-windows-applocker/packaged app-deployment",
            "microsoft-windows-applocker/packaged app-execution",
        ],
    ),
    ("appxdeployment-server", &["microsoft-windows-appxdeploymentserver/operational"]),
    ("appxpackaging-om", &["microsoft-windows-appxpackaging/operational"]),
    ("appmodel-runtime", &["microsoft-windows-appmodel-runtime/admin"]),
    ("capi2", &["microsoft-windows-capi2/operational"]),
    (
        "certificateservicesclient-lifecycle-system",
        &["microsoft-windows-certificateservicesclient-lifecycle-system/operational"],
    ),
    ("diagnosis-scripted", &["microsoft-windows-diagnosis-scripted/operational"]),
    ("hyper-v-worker", &["microsoft-windows-hyper-v-worker"]),
    ("iis-configuration", &["microsoft-iis-configuration/operational"]),
    ("kernel-event-tracing", &["microsoft-windows-kernel-eventtracing"]),
    ("kernel-shimengine", &["microsoft-windows-kernel-shimengine/operational"]),
    ("ldap", &["microsoft-windows-ldap-client/debug"]),
    ("lsa-server", &["microsoft-windows-lsa/operational"]),
    ("microsoft-servicebus-client", &["microsoft-servicebus-client"]),
    ("openssh", &["openssh/operational"]),
    (
        "security-mitigations",
        &["microsoft-windows-security-mitigations/kernel mode", "microsoft-windows-security-mitigations/user mode"],
    ),
    ("sense", &["microsoft-windows-sense/operational"]),
    ("shell-core", &["microsoft-windows-shell-core/operational"]),
    ("vhdmp", &["microsoft-windows-vhdmp/operational"]),
];

impl Wanted {
    pub(crate) fn of(written: &Written) -> Self {
        let lower = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_lowercase();
        Self { product: lower(&written.product), category: lower(&written.category), service: lower(&written.service) }
    }

    /// Whether events of this log are meant. A category or service that nobody knows means no Windows event: guessing
    /// would fire rules on events they were not written for.
    pub(crate) fn applies(&self, source: &LogSource<'_>) -> bool {
        let agrees = |wanted: &str, given: &str| wanted.is_empty() || wanted.eq_ignore_ascii_case(given);
        if !agrees(&self.product, source.product) {
            return false;
        }
        if source.channel.is_empty() {
            return agrees(&self.category, source.category) && agrees(&self.service, source.service);
        }
        let stands_in = |channels: &[&str]| channels.iter().any(|channel| channel.eq_ignore_ascii_case(source.channel));
        let category = self.category.is_empty()
            || CATEGORIES.iter().any(|(name, channels, ids)| {
                *name == self.category && stands_in(channels) && ids.contains(&source.event_id)
            });
        let service = self.service.is_empty()
            || SERVICES.iter().any(|(name, channels)| *name == self.service && stands_in(channels));
        category && service
    }

    /// Whether its category or service is one that Windows events can be told by.
    #[cfg(test)]
    pub(crate) fn is_known(&self) -> bool {
        (self.category.is_empty() || CATEGORIES.iter().any(|(name, ..)| *name == self.category))
            && (self.service.is_empty() || SERVICES.iter().any(|(name, _)| *name == self.service))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applies(category: &str, service: &str, channel: &str, event_id: u64) -> bool {
        let wanted = Wanted { product: "windows".into(), category: category.into(), service: service.into() };
        assert!(wanted.is_known(), "{category} {service}");
        wanted.applies(&LogSource { product: "windows", channel, event_id, ..LogSource::default() })
    }

    #[test]
    fn a_rule_meets_the_events_it_was_written_for() {
        assert!(applies("process_creation", "", "Microsoft-Windows-Sysmon/Operational", 1));
        assert!(applies("process_creation", "", "Security", 4688));
        assert!(!applies("process_creation", "", "Security", 1));
        assert!(!applies("process_creation", "", "Microsoft-Windows-Sysmon/Operational", 4688));
        assert!(applies("", "security", "Security", 1102) && !applies("", "security", "System", 1102));
        assert!(applies("", "", "System", 7045));
    }
}

// Habits of credential phishing and of macro downloaders. Written for Vauban.

rule vauban_phish_provider_name_continued
{
    meta:
        author = "Vauban"
        description = "A link whose host begins like a mail provider's sign-in page and goes on with a hyphen: the real owner is what stands at the end"
        reference = "https://www.cloudmark.com/en/blog/cloudmark/how-clinton-campaigns-emails-were-hacked-and-how-they-might-have-prevented-attack"
        date = "2016-10-31"
        tlp = "TLP:CLEAR"
        technique = "T1566.002"
        confidence = "85"
        score = 85
    strings:
        $link = /https?:\/\/(my)?accounts?\.google\.com-[a-z0-9-]{2,60}\.[a-z]{2,}/ nocase
        $login = /https?:\/\/login\.(live|yahoo|microsoftonline)\.com-[a-z0-9-]{2,60}\.[a-z]{2,}/ nocase
    condition:
        filesize < 50MB and any of them
}

rule vauban_phish_password_alert_short_link
{
    meta:
        author = "Vauban"
        description = "A security alert that asks for a change of password through a link shortener, as sent to campaign staff in 2016"
        reference = "https://www.secureworks.com/research/threat-group-4127-targets-hillary-clinton-presidential-campaign"
        date = "2016-06-16"
        tlp = "TLP:CLEAR"
        technique = "T1566.002"
        confidence = "70"
        score = 70
    strings:
        $alert = "someone has your password" nocase
        $alert_fr = /quelqu['\x92]un (a|conna.{1,2}t|poss.{1,2}de) votre mot de passe/ nocase
        $short = /href=(3D)?["'](https?:\/\/)(bit\.ly|tinyurl\.com|tiny\.cc|is\.gd|goo\.gl|ow\.ly)\/[A-Za-z0-9_-]{3,20}["']/ nocase
        $short_text = /CHANGE PASSWORD[^\n]{0,20}\r?\n?\s{0,8}<?https?:\/\/(bit\.ly|tinyurl\.com|tiny\.cc|is\.gd|goo\.gl|ow\.ly)\/[A-Za-z0-9_-]{3,20}/ nocase
    condition:
        filesize < 2MB and any of ($alert*) and any of ($short*)
}

rule vauban_macro_downloads_and_starts
{
    meta:
        author = "Vauban"
        description = "Macro source that runs by itself, fetches a file and starts it"
        reference = "https://attack.mitre.org/techniques/T1204/002/"
        date = "2017-01-01"
        tlp = "TLP:CLEAR"
        technique = "T1204.002"
        confidence = "70"
        score = 70
    strings:
        $auto = /\bSub\s+(AutoOpen|Auto_Open|Document_Open|Workbook_Open|AutoExec)\s*\(/ nocase
        $fetch1 = /\bDeclare\s+(PtrSafe\s+)?Function\s+\w{1,64}\s+Lib\s+"urlmon"/ nocase
        $fetch2 = /CreateObject\s*\(\s*"(MSXML2\.(Server)?XMLHTTP|Microsoft\.XMLHTTP|WinHttp\.WinHttpRequest)/ nocase
        $write = /CreateObject\s*\(\s*"ADODB\.Stream"/ nocase
        $start1 = /CreateObject\s*\(\s*"(WScript\.Shell|Shell\.Application)"/ nocase
        $start2 = /\bShell\s*\(?\s*["\w]/ nocase
    condition:
        filesize < 5MB and $auto and ($fetch1 or ($fetch2 and $write)) and any of ($start*)
}

// Artefacts that APT28's tools left in their own files, as published. Written for Vauban.

rule vauban_apt28_xtunnel
{
    meta:
        author = "Vauban"
        description = "X-Tunnel: paths of its project and its own messages"
        reference = "https://www.welivesecurity.com/2016/10/25/lifting-lid-sednit-closer-look-software-uses/"
        date = "2016-10-25"
        tlp = "TLP:CLEAR"
        malware = "X-Tunnel"
        technique = "T1090"
        confidence = "95"
        score = 95
    strings:
        $pdb = /[\\ ]XAPS_OBJECTIVE(_DLL)?\\Release\\XAPS_OBJECTIVE\.pdb/
        $dll = "XAPS_OBJECTIVE.dll" fullword
        $live = "is you live?"
        $wait = "i`m wait" fullword
    condition:
        uint16(0) == 0x5a4d and filesize < 20MB and ($pdb or ($dll and ($live or $wait)))
}

rule vauban_apt28_seduploader
{
    meta:
        author = "Vauban"
        description = "Seduploader: names of its mutexes, its project and its temporary files"
        reference = "https://www.welivesecurity.com/2016/10/20/new-eset-research-paper-puts-sednit-under-the-microscope/"
        date = "2016-10-20"
        tlp = "TLP:CLEAR"
        malware = "Seduploader"
        technique = "T1071.001"
        confidence = "95"
        score = 95
    strings:
        $pdb = "\\REDMINE\\JOINER\\HEADER_PAYLOAD\\header_payload\\Uploader\\" nocase
        $mutex1 = "513AbTAsEpcq4mf6TEacB" ascii wide
        $mutex2 = "ASLIiasiuqpssuqkl713h" ascii wide
        $mutex3 = "B5a20F03e6445A6987f8EC87913c9" ascii wide
        $mutex4 = "sSbydFdIob6NrhNTJcF89uDqE2" ascii wide
        $mutex5 = "ASijnoKGszdpodPPiaoaghj8127391" ascii wide
        $mutex6 = "dfc01ell6zsq3-ufhhf" ascii wide
        $temporary1 = "jhuhugit.t" ascii wide
        $temporary2 = "jkeyskw.temp" ascii wide
    condition:
        uint16(0) == 0x5a4d and filesize < 10MB and ($pdb or any of ($mutex*) or all of ($temporary*))
}

rule vauban_apt28_sedreco
{
    meta:
        author = "Vauban"
        description = "Sedreco: names of its mutexes"
        reference = "https://www.welivesecurity.com/2016/10/25/lifting-lid-sednit-closer-look-software-uses/"
        date = "2016-10-25"
        tlp = "TLP:CLEAR"
        malware = "Sedreco"
        technique = "T1071.001"
        confidence = "90"
        score = 90
    strings:
        $mutex1 = "AZZYMTX" ascii wide fullword
        $mutex2 = "MutYzAz" ascii wide fullword
    condition:
        uint16(0) == 0x5a4d and filesize < 10MB and any of them
}

rule vauban_apt28_downdelph_bootkit
{
    meta:
        author = "Vauban"
        description = "The hiding driver that Downdelph installs: path of its project"
        reference = "https://www.welivesecurity.com/2016/10/25/lifting-lid-sednit-closer-look-software-uses/"
        date = "2016-10-25"
        tlp = "TLP:CLEAR"
        malware = "Downdelph"
        technique = "T1014"
        confidence = "95"
        score = 95
    strings:
        $pdb = /\\(hideinstaller(_kis2013)?|hi)\\Bin\\Debug\\(win7|wxp)\\x(86|64)\\fsflt\.pdb/
    condition:
        uint16(0) == 0x5a4d and filesize < 10MB and $pdb
}

rule vauban_apt28_macos_tools
{
    meta:
        author = "Vauban"
        description = "X-Agent and Komplex for macOS: path of their projects"
        reference = "https://unit42.paloaltonetworks.com/unit42-xagentosx-sofacys-xagent-macos-tool/"
        date = "2017-02-14"
        tlp = "TLP:CLEAR"
        malware = "X-Agent for macOS"
        technique = "T1056.001"
        confidence = "95"
        score = 95
    strings:
        $xagent = "/Users/kazak/Desktop/Project/XAgentOSX/"
        $komplex = "/Users/kazak/Desktop/Project/komplex"
    condition:
        (uint32(0) == 0xfeedface or uint32(0) == 0xfeedfacf or uint32be(0) == 0xcafebabe) and filesize < 20MB and any of them
}

rule vauban_apt28_office_test_persistence
{
    meta:
        author = "Vauban"
        description = "A program or registry file that sets the forgotten Office test key, through which every start of Office loads a library"
        reference = "https://unit42.paloaltonetworks.com/unit42-technical-walkthrough-office-test-persistence-method-used-in-recent-sofacy-attacks/"
        date = "2016-07-20"
        tlp = "TLP:CLEAR"
        technique = "T1137.002"
        confidence = "75"
        score = 75
    strings:
        $key = "Software\\Microsoft\\Office test\\Special\\Perf" ascii wide nocase
        $export5 = "Windows Registry Editor Version 5.00" ascii wide
        $export4 = "REGEDIT4" ascii wide
    condition:
        filesize < 10MB and $key and (uint16(0) == 0x5a4d or $export5 in (0..4) or $export4 in (0..4))
}

rule vauban_dde_office_path_disguise
{
    meta:
        author = "Vauban"
        description = "A document field that starts a program under a path made to look like Word's own, as in the lures of October 2017"
        reference = "https://www.mcafee.com/blogs/other-blogs/mcafee-labs/apt28-threat-group-adopts-dde-technique-nyc-attack-theme-in-latest-campaign/"
        date = "2017-11-07"
        tlp = "TLP:CLEAR"
        technique = "T1559.002"
        confidence = "85"
        score = 85
    strings:
        $field = /DDE(AUTO)?\s{1,4}("|&quot;)?C:\\{1,4}Programs\\{1,4}Microsoft\\{1,4}Office\\{1,4}MSWord\.exe(\\{1,4}\.\.){3}/ ascii wide nocase
        $text = /C:\\{1,4}Programs\\{1,4}Microsoft\\{1,4}Office\\{1,4}MSWord\.exe(\\{1,4}\.\.){3}/ ascii wide nocase
        $word = "w:instrText"
        $ole = { d0 cf 11 e0 a1 b1 1a e1 }
    condition:
        filesize < 20MB and (#field == 1 or ($text and ($word or $ole at 0)))
}

//! Whatever the grouping skips, the hits are those of all rules evaluated on everything.

#![expect(clippy::unwrap_used, reason = "a test says what it expects in the shortest way")]

use std::{collections::BTreeSet, sync::atomic::AtomicBool, time::Duration};

use vauban_yara::{Excerpt, Hints, RuleMatch, RuleSet, RuleSource, ScanStopped, Scanner};

fn hits(rules: &RuleSet, bytes: &[u8]) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    Scanner::new(rules)
        .scan(bytes, &Hints::default(), Duration::from_secs(10), &AtomicBool::new(false), &mut |hit| {
            all.insert(hit.number);
        })
        .unwrap();
    all
}

/// The same rules in one plain set of the engine.
fn plain_rules(texts: &[String]) -> yara_x::Rules {
    let mut compiler = yara_x::Compiler::new();
    compiler.relaxed_re_syntax(true);
    for (number, text) in texts.iter().enumerate() {
        compiler.new_namespace(&number.to_string());
        compiler.add_source(text.as_str()).unwrap();
    }
    compiler.build()
}

fn plain_hits(scanner: &mut yara_x::Scanner<'_>, bytes: &[u8]) -> BTreeSet<usize> {
    let results = scanner.scan(bytes).unwrap();
    results.matching_rules().map(|rule| rule.namespace().parse().unwrap()).collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }

    fn pick<'p>(&mut self, all: &[&'p str]) -> &'p str {
        all[self.below(all.len())]
    }
}

const WORDS: &[&str] = &[
    "alpha-beacon",
    "Bravo_Module",
    "charlie.dll",
    "/delta/gate.php",
    "echo",
    "fox",
    "kernel32.dll",
    "golf-golf-golf",
    "version",
    "zlast-resort",
];

fn rule(number: usize, random: &mut Random) -> String {
    let mut strings = String::new();
    for index in 0..3 {
        let word = random.pick(WORDS);
        let string = match random.below(18) {
            12 => format!("{{ {} }}", masked(word.as_bytes(), random)),
            13 => {
                format!("{{ {} [2] {} [0-3] ~00 }}", masked(&word.as_bytes()[..2], random), hex(&word.as_bytes()[2..]))
            }
            14 => format!("{{ {} [1-2] {} }}", hex(&word.as_bytes()[..2]), hex(&word.as_bytes()[1..])),
            15 => format!("/{}[ \\t]*(\\(|z)?/ wide ascii", word.get(..3).unwrap_or("fox").replace('/', ".")),
            16 => format!("/[{0}{1}]{2}.{{,3}}/", &word[..1].replace('/', "x"), "Ee", &word[1..3]),
            17 => format!(
                "/({}|{})( |-){{0,2}}.?/s",
                &word[1..3].replace('/', "."),
                &word[word.len() - 3..].replace('.', "\\.")
            ),
            8 => format!("\"{word}\" base64"),
            9 => format!("\"{word}\" wide ascii base64 base64wide"),
            10 => format!("\"{word}\" xor wide"),
            11 => format!("{{ {} [1-4] {} }}", hex(word.as_bytes()), hex(random.pick(WORDS).as_bytes())),
            6 => format!(
                "/({}|Z[a-z]{{2,3}}last-resort|{})+/i",
                word.get(..4).unwrap_or("foxy").replace('/', "."),
                "golf-?golf"
            ),
            7 => format!("{{ ( {} | {} ) [0-2] ?? }}", hex(word.as_bytes()), hex(b"golf-golf")),
            0 => format!("\"{word}\" nocase"),
            1 => format!("\"{word}\" wide ascii"),
            2 => format!("\"{word}\" xor(1-3)"),
            3 => format!("/{}[0-9]?/", word.replace('/', "\\/").replace('.', "\\.")),
            4 => format!("{{ {} ?? {} }}", hex(&word.as_bytes()[..2]), hex(&word.as_bytes()[2..])),
            _ => format!("\"{word}\""),
        };
        strings.push_str(&format!(" $s{index} = {string}"));
    }
    let guard = random.pick(&[
        "",
        "uint16(0) == 0x5A4D and ",
        "uint32be(0) == 0x25504446 and ",
        "filesize < 200 and ",
        "(uint16(0) == 0x5A4D or uint16be(0) == 0x504b) and ",
        "not uint16(0) == 0x5A4D and ",
    ]);
    let condition = random.pick(&[
        "any of them",
        "all of them",
        "2 of them",
        "$s0 and ($s1 or $s2)",
        "#s0 > 1",
        "$s0 at 4",
        "for any of them : ( $ in (0..20) )",
        "1 of ($s1, $s2)",
        "not $s0",
        "none of ($s0*)",
        "#s0 >= 2 or #s1 == 1",
        "for all of ($s0, $s1) : ( $ and # > 0 )",
        "50% of them",
        "@s0 < @s1",
        "@s0[1] - @s1[1] < 20 or #s2 > #s1",
        "!s0[1] > 3",
        "$s0 or (filesize > 30 and $s2)",
        "filesize == 40 or filesize < 10",
        "pe.imports(\"x.dll\") == 0 and $s1",
        "not pe.is_pe and 2 of them",
        "pe.is_pe or $s2",
        "hash.md5(0, filesize) != \"\" and $s0",
        "(#s0 + #s1) > #s2",
        "#s0 + #s1 > 2",
        "uint8(@s0 + 1) ^ uint8(@s1) != 0 and $s2",
        "helper",
        "helper and ($s0 or $s1)",
        "not helper and $s0",
        "$s0 or helper",
    ]);
    let used = "any of ($s*) or true";
    let helper = random.pick(&[
        "strings: $h = \"charlie\" nocase condition: $h",
        "strings: $h = { 67 6f ?? 66 2d } $i = \"alpha\" condition: $h and filesize < 90 or #i > 1",
        "condition: uint16(0) == 0x5A4D",
        "strings: $h = { 6c 6f [0-2] 67 6f } condition: all of them",
    ]);
    format!(
        "import \"pe\" import \"hash\" private rule helper {{ {helper} }} rule r{number} {{ strings:{strings} condition: {guard}({condition}) and ({used}) }}"
    )
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x} ")).collect()
}

/// Some of the bytes in part or as a whole anything.
fn masked(bytes: &[u8], random: &mut Random) -> String {
    let each = bytes.iter().enumerate().map(|(at, byte)| match random.below(6) {
        0 if at > 0 => "?? ".to_owned(),
        1 => format!("{:x}? ", byte >> 4),
        2 => format!("?{:x} ", byte & 15),
        _ => format!("{byte:02x} "),
    });
    each.collect()
}

fn sample(random: &mut Random) -> Vec<u8> {
    let mut bytes = random.pick(&["MZ\0\0", "%PDF", "PK\x03\x04", "text", "", "mz"]).as_bytes().to_vec();
    for _ in 0..random.below(8) {
        let word = random.pick(WORDS).as_bytes();
        match random.below(8) {
            5 => bytes.extend(data_encoding::BASE64.encode(&[&b"xyz"[..random.below(4)], word, b"z"].concat()).bytes()),
            6 => bytes.extend(data_encoding::BASE64.encode(word).bytes().flat_map(|byte| [byte, 0])),
            7 => bytes.extend(word.iter().flat_map(|byte| [*byte ^ 7, 7])),
            0 => bytes.extend(word.to_ascii_uppercase()),
            1 => bytes.extend(word.iter().flat_map(|byte| [*byte, 0])),
            2 => bytes.extend(word.iter().map(|byte| byte ^ 2)),
            _ => bytes.extend(word),
        }
        bytes.extend(std::iter::repeat_n(b' ', random.below(4)));
    }
    bytes
}

#[test]
fn grouped_hits_are_plain_hits() {
    let mut random = Random(0x5eed_5eed_5eed_5eed);
    let texts: Vec<String> = (0..900).map(|number| rule(number, &mut random)).collect();
    assert!(RuleSet::compile(&[]).is_empty());
    let names: Vec<String> = (0..texts.len()).map(|number| format!("r{number}")).collect();
    let sources: Vec<RuleSource<'_>> = texts.iter().zip(&names).map(|(text, rule)| RuleSource { rule, text }).collect();
    let rules = RuleSet::compile(&sources);
    assert!(rules.refused().is_empty(), "{:?}", rules.refused());
    let plain = plain_rules(&texts);
    let mut plain = yara_x::Scanner::new(&plain);
    let mut total = 0;
    for round in 0..300 {
        let bytes = sample(&mut random);
        let (ours, theirs) = (hits(&rules, &bytes), plain_hits(&mut plain, &bytes));
        total += theirs.len();
        let lost: Vec<&String> = theirs.difference(&ours).map(|number| &texts[*number]).collect();
        assert_eq!(ours, theirs, "round {round} on {:?}: lost {lost:#?}", String::from_utf8_lossy(&bytes));
    }
    assert!(total > 100, "the samples must hit something to prove anything: {total}");
}

#[test]
fn a_bad_rule_costs_itself() {
    let sources = [
        RuleSource { rule: "good", text: "rule good { strings: $a = \"needle-in-hay\" condition: $a }" },
        RuleSource { rule: "broken", text: "rule broken { condition: " },
        RuleSource { rule: "unknown", text: "import \"cuckoo_like\" rule unknown { condition: cuckoo_like.x }" },
        RuleSource { rule: "undefined", text: "rule undefined { condition: $a }" },
        RuleSource { rule: "includes", text: "include \"/etc/passwd\" rule includes { condition: true }" },
        RuleSource { rule: "sandbox", text: "import \"cuckoo\" rule s { condition: cuckoo.sync.mutex(/x/) }" },
        RuleSource { rule: "last", text: "rule last { condition: uint8(0) == 0x6e }" },
    ];
    let rules = RuleSet::compile(&sources);
    let refused = rules.refused();
    assert_eq!(refused.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5], "{refused:?}");
    assert!(refused.iter().all(|one| !one.reason.is_empty() && !one.reason.contains('\n')), "{refused:?}");
    assert!(refused[4].reason.contains("sandbox"), "{refused:?}");
    assert_eq!(rules.len(), 2);
    assert_eq!(hits(&rules, b"needle-in-hay"), BTreeSet::from([0, 6]));
}

fn matches(text: &str, bytes: &[u8], hints: &Hints<'_>) -> Vec<RuleMatch> {
    let rules = RuleSet::compile(&[RuleSource { rule: "r", text }]);
    assert!(rules.refused().is_empty(), "{:?}", rules.refused());
    let mut all = Vec::new();
    Scanner::new(&rules)
        .scan(bytes, hints, Duration::from_secs(10), &AtomicBool::new(false), &mut |hit| all.push(hit))
        .unwrap();
    all
}

#[test]
fn a_match_says_what_and_where() {
    let text = "rule r : tagged { meta: author = \"us\" score = 75 strings: $b = \"second-one\" $a = /first-[a-z]+/ \
                condition: all of them }";
    let bytes = [b"....first-".as_slice(), &[b'x'; 100], b" second-one"].concat();
    let found = matches(text, &bytes, &Hints::default());
    let expected = RuleMatch {
        number: 0,
        rule: "r".into(),
        tags: vec!["tagged".into()],
        meta: vec![("author".into(), "us".into()), ("score".into(), "75".into())],
        first: Some(Excerpt { string: "$a".into(), offset: 4, bytes: bytes[4..68].to_vec() }),
    };
    assert_eq!(found, [expected]);
}

#[test]
fn hints_are_told_and_forgotten() {
    let text = "rule r { condition: filename == \"invoice.js\" and extension == \".js\" }";
    let hints = Hints { file_name: "invoice.js", extension: ".js", ..Hints::default() };
    assert_eq!(matches(text, b"x", &hints).len(), 1);
    assert_eq!(matches(text, b"x", &Hints::default()).len(), 0);
    let rules = RuleSet::compile(&[RuleSource { rule: "r", text }]);
    let mut scanner = Scanner::new(&rules);
    let mut counts = Vec::new();
    for hints in [hints, Hints::default(), hints] {
        let mut count = 0;
        scanner.scan(b"x", &hints, Duration::from_secs(10), &AtomicBool::new(false), &mut |_| count += 1).unwrap();
        counts.push(count);
    }
    assert_eq!(counts, [1, 0, 1]);
}

#[test]
fn a_rule_that_never_ends_is_said() {
    let endless = "rule endless { condition: for all i in (0..1000000000000) : ( uint8(i % 2) < 300 ) }";
    let quick = "rule quick { strings: $a = \"needle-in-hay\" condition: $a }";
    let sources = [RuleSource { rule: "endless", text: endless }, RuleSource { rule: "quick", text: quick }];
    let rules = RuleSet::compile(&sources);
    let mut scanner = Scanner::new(&rules);
    let stop = AtomicBool::new(false);
    let ended = scanner.scan(b"needle-in-hay", &Hints::default(), Duration::from_secs(1), &stop, &mut |_| ());
    assert_eq!(ended, Err(ScanStopped::Timeout(1)));
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let ended = scanner.scan(b"needle-in-hay", &Hints::default(), Duration::from_secs(1), &stop, &mut |_| ());
    assert_eq!(ended, Err(ScanStopped::Asked));
}

#[test]
fn no_bytes_make_it_panic() {
    let mut random = Random(0x0bad_5eed_0bad_5eed);
    let texts: Vec<String> = (0..60).map(|number| rule(number, &mut random)).collect();
    let sources: Vec<RuleSource<'_>> = texts.iter().map(|text| RuleSource { rule: "r", text }).collect();
    let rules = RuleSet::compile(&sources);
    for magic in [b"MZ".as_slice(), b"\x7fELF", b"PK\x03\x04", b""] {
        for length in 0..40 {
            let noise = std::iter::repeat_with(|| u8::try_from(random.below(256)).unwrap());
            let bytes: Vec<u8> = magic.iter().copied().chain(noise).take(length * 7).collect();
            hits(&rules, &bytes);
        }
    }
}

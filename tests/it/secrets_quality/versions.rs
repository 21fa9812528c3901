//! What history scans rely on: a text that is made of another gives what it gives alone, however it was cut up.

use gate_hook::finding::{Place, RepoPath};
use gate_hook::input::Piece;
use gate_hook::secrets::{Options, Reading, Rule, Scanner};

use super::contexts::CONTEXTS;
use super::made_up::{self, Dice, Name};
use super::{families, is_full, plant};

/// A piece of a text, with a secret or without.
fn chunk(rules: &[Rule], dice: &mut Dice) -> String {
    const DULL: &[&str] = &[
        "for index in range(10):\n    print(index)\n",
        "# the token is in the vault, the password too\n",
        "version = \"1.2.3\"\n",
        "aHR0cHM6Ly9hY21lLmNvbS9hL3BhdGgvb2YvYS9wYWdl",
        "\\u0068\\u0074\\u0074",
        "key = \"one\" + ",
        "\n",
        "\"",
    ];
    match dice.below(4) {
        0 => {
            let context = &CONTEXTS[dice.below(CONTEXTS.len())];
            let name = dice.name(true);
            let value = dice.secret(true, context.3);
            plant(context, &name, &value, dice).map_or_else(String::new, |(text, _)| text)
        }
        1 => {
            let rule = &rules[dice.below(rules.len())];
            let value = rule.sample(dice.below(rule.shapes()), dice.next()).unwrap();
            let context = &CONTEXTS[dice.below(CONTEXTS.len())];
            let name = Name::new(rule.near_word().unwrap_or("token"));
            plant(context, &name, &value, dice).map_or(value, |(text, _)| text)
        }
        _ => DULL[dice.below(DULL.len())].repeat(1 + dice.below(40)),
    }
}

/// Makes a text of parts of another one and of new ones.
fn next_version(base: &[u8], rules: &[Rule], dice: &mut Dice) -> (Vec<u8>, Vec<Piece>) {
    let (mut text, mut pieces) = (Vec::new(), Vec::new());
    let mut at = 0;
    for _ in 0..=dice.below(3) {
        let to = at + dice.below(base.len() - at + 1);
        pieces.push(Piece {
            start: text.len(),
            length: to - at,
            copied_from: Some(at),
        });
        text.extend_from_slice(&base[at..to]);
        let fresh = chunk(rules, dice).into_bytes();
        pieces.push(Piece {
            start: text.len(),
            length: fresh.len(),
            copied_from: None,
        });
        text.extend(fresh);
        // A few bytes are left out, or a part comes once more.
        at = (to + dice.below(40)).min(base.len());
        at -= dice.below(2) * dice.below(at + 1);
    }
    pieces.push(Piece {
        start: text.len(),
        length: base.len() - at,
        copied_from: Some(at),
    });
    text.extend_from_slice(&base[at..]);
    (text, pieces)
}

#[test]
fn a_text_made_of_another_gives_what_it_gives_alone() {
    let scanner = Scanner::new(Options {
        fingerprint_key: b"",
        custom: Vec::new(),
        allowed: &|_, _| false,
    });
    let rules = families();
    let (chains, versions) = if is_full() { (2_000, 12) } else { (20, 6) };
    let mut found = 0;
    for seed in [1, made_up::fresh_seed()] {
        let mut dice = Dice::new(seed);
        for chain in 0..chains {
            let path = CONTEXTS[dice.below(CONTEXTS.len())].1;
            let reading = Reading::of(&Place::File(RepoPath::new(path)));
            let mut text: Vec<u8> = (0..6)
                .flat_map(|_| chunk(&rules, &mut dice).into_bytes())
                .collect();
            let mut trace = scanner.trace(&reading, &text, None);
            for version in 0..versions {
                let (next, pieces) = next_version(&text, &rules, &mut dice);
                let made = scanner.trace(&reading, &next, Some((&trace, &pieces)));
                let alone = scanner.trace(&reading, &next, None);
                assert_eq!(
                    made.fingerprints, alone.fingerprints,
                    "seed {seed}, chain {chain}, version {version}, {path}"
                );
                found += made.fingerprints.len();
                (text, trace) = (next, made);
                text.truncate(20_000);
                if text.len() == 20_000 {
                    trace = scanner.trace(&reading, &text, None);
                }
            }
        }
    }
    assert!(found > 200, "{found} is too few for a comparison");
}

//! Time to find a name among 5,000 groups: `cargo bench --bench name_index`.
//!
//! The names are generated, and as similar as real ones: a few themes, many towns, a number. The index is built
//! at most once a minute; every word of a command is looked up.

use divan::{Bencher, black_box};
use vincula::directory::{NameIndex, NameMatch, NamedEntry};

const GROUPS: usize = 5_000;
const THEMES: [&str; 8] =
    ["Vendas", "Mães", "Futebol", "Suporte", "Síndicos", "Condomínio", "Ação Social", "Promoções"];
const TOWNS: [&str; 6] = ["São Paulo", "Maringá", "Belém", "Goiânia", "Florianópolis", "Recife"];

fn main() {
    divan::main();
}

fn entries() -> Vec<NamedEntry<usize>> {
    (0..GROUPS).map(|id| NamedEntry { id, name: name(id) }).collect()
}

fn name(id: usize) -> String {
    let (theme, town) = (THEMES[id % THEMES.len()], TOWNS[id / THEMES.len() % TOWNS.len()]);
    format!("{theme} {town} {id:04} Bairro")
}

fn name_index() -> NameIndex<usize> {
    NameIndex::new(entries())
}

#[divan::bench]
fn building_the_index(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(entries).bench_values(NameIndex::new);
}

#[divan::bench]
fn a_whole_name(bencher: Bencher<'_, '_>) {
    let index = name_index();
    assert!(matches!(index.find("vendas sao paulo 0000 bairro", None), NameMatch::Exact(_)));
    bencher.bench(|| index.find(black_box("vendas sao paulo 0000 bairro"), None));
}

#[divan::bench]
fn the_beginning_of_one_name(bencher: Bencher<'_, '_>) {
    let index = name_index();
    assert!(matches!(index.find("maes sao paulo 0001", None), NameMatch::Exact(_)));
    bencher.bench(|| index.find(black_box("maes sao paulo 0001"), None));
}

#[divan::bench]
fn an_id(bencher: Bencher<'_, '_>) {
    let index = name_index();
    assert!(matches!(index.find("", Some(GROUPS - 1)), NameMatch::Exact(_)));
    bencher.bench(|| index.find("", black_box(Some(GROUPS - 1))));
}

#[divan::bench]
fn a_pattern(bencher: Bencher<'_, '_>) {
    let index = name_index();
    assert!(!index.matching("*recife*1 *").is_empty());
    bencher.bench(|| index.matching(black_box("*recife*1 *")));
}

#[divan::bench]
fn an_unknown_name_with_the_nearest_ones(bencher: Bencher<'_, '_>) {
    let index = name_index();
    assert!(
        matches!(index.find("vendsa recfie 12 bairro", None), NameMatch::NotFound { suggestions } if suggestions.len() == 3)
    );
    bencher.bench(|| index.find(black_box("vendsa recfie 12 bairro"), None));
}

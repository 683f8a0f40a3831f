//! How long a name takes to be found among 5,000 groups: `cargo bench --bench lookup`.
//!
//! The names are made up, and as alike as real ones are: a few themes, many towns, a number. A book
//! is built once a minute at most; a look-up is done for every word of an order.

use divan::{Bencher, black_box};
use vincula::directory::{Book, Entry, Found};

const GROUPS: usize = 5_000;
const THEMES: [&str; 8] =
    ["Vendas", "Mães", "Futebol", "Suporte", "Síndicos", "Condomínio", "Ação Social", "Promoções"];
const TOWNS: [&str; 6] = ["São Paulo", "Maringá", "Belém", "Goiânia", "Florianópolis", "Recife"];

fn main() {
    divan::main();
}

fn entries() -> Vec<Entry<usize>> {
    (0..GROUPS).map(|id| Entry { id, name: name(id) }).collect()
}

fn name(id: usize) -> String {
    let (theme, town) = (THEMES[id % THEMES.len()], TOWNS[id / THEMES.len() % TOWNS.len()]);
    format!("{theme} {town} {id:04}")
}

fn book() -> Book<usize> {
    Book::new(entries())
}

#[divan::bench]
fn building_the_book(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(entries).bench_values(Book::new);
}

#[divan::bench]
fn a_whole_name(bencher: Bencher<'_, '_>) {
    let book = book();
    assert!(matches!(book.find("vendas sao paulo 0000", None), Found::One(_)));
    bencher.bench(|| book.find(black_box("vendas sao paulo 0000"), None));
}

#[divan::bench]
fn the_beginning_of_one_name(bencher: Bencher<'_, '_>) {
    let book = book();
    assert!(matches!(book.find("maes sao paulo 000", None), Found::One(_)));
    bencher.bench(|| book.find(black_box("maes sao paulo 000"), None));
}

#[divan::bench]
fn an_id(bencher: Bencher<'_, '_>) {
    let book = book();
    assert!(matches!(book.find("", Some(GROUPS - 1)), Found::One(_)));
    bencher.bench(|| book.find("", black_box(Some(GROUPS - 1))));
}

#[divan::bench]
fn a_pattern(bencher: Bencher<'_, '_>) {
    let book = book();
    assert!(!book.matching("*recife*1").is_empty());
    bencher.bench(|| book.matching(black_box("*recife*1")));
}

#[divan::bench]
fn an_unknown_name_with_the_nearest_ones(bencher: Bencher<'_, '_>) {
    let book = book();
    assert!(matches!(book.find("vendsa recfie 12", None), Found::Nothing { nearest } if nearest.len() == 3));
    bencher.bench(|| book.find(black_box("vendsa recfie 12"), None));
}

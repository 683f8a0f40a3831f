//! The world that `vincula demo` opens on: small enough to remember, with one of each difficulty.

use super::world::World;

impl World {
    /// Two communities and fifteen ordinary groups, with what makes real names hard: accents,
    /// common beginnings, an id in the old form, markup, and groups that belong elsewhere.
    pub fn playground() -> Self {
        let mut world = Self::empty();
        let bairro = world.community("Bairro Feliz");
        let marketing = world.community("Marketing BR");

        world.linked_group(&bairro, "Moradores");
        world.linked_group(&bairro, "Segurança da Rua");
        world.linked_group(&marketing, "Lançamentos");
        world.linked_group(&marketing, "Vendas Sul");

        for name in ["Futebol", "Mães do Bairro", "Vendas Norte", "Vendas Atacado", "Suporte"] {
            world.group(name);
        }
        for name in ["Ação Social", "Receitas da Vovó", "Café da Manhã", "Corrida de Domingo"] {
            world.group(name);
        }
        world.group("*Promo*_");
        world.group_with_id("5511999999999-1623281429", "Síndicos");
        world
    }
}

//! The worlds of tests and of the demo: the first is small and has one of each difficulty, the second is the
//! neighbourhood around it, for `vincula demo`.

use super::world::World;

impl World {
    /// Two communities and fifteen ordinary groups, with what makes real names hard: accents,
    /// common beginnings, an id in the old form, markup, and groups that belong elsewhere. Of its people,
    /// Ana created both communities; Bruno and Carla are admins of the first, and Carla hides her
    /// number; Davi cannot be added; Elisa has no lid; and `5544999990009` has no WhatsApp.
    pub fn small() -> Self {
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

        world.person("5544999990001", Some("81896604192873@lid"), "Ana");
        world.person("5544999990002", Some("81896604192874@lid"), "Bruno");
        world.person("5544999990003", Some("81896604192875@lid"), "Carla");
        world.person("5544999990004", Some("81896604192876@lid"), "Davi");
        world.person("5544999990005", None, "Elisa");
        world.set_hides_number("5544999990003");
        world.set_hard_to_add("5544999990004");
        world.set_no_whatsapp("5544999990009");
        for community in [&bairro, &marketing] {
            world.join(community, "5544999990001", true, true);
        }
        world.join(&bairro, "5544999990002", true, false);
        world.join(&bairro, "5544999990003", false, false);
        world
    }
    /// The same with a condominium: a group for each block, so many that a command needs three calls. Bruno is also an
    /// admin of “Futebol”, so that he can link it to his community.
    pub fn neighbourhood() -> Self {
        let mut world = Self::small();
        for block in 1..=21 {
            world.group(&format!("Bloco {block:02}"));
        }
        if let Some(futebol) = world.group_named("Futebol") {
            world.join_group(&futebol, "5544999990002", true);
        }
        world
    }
}

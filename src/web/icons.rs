//! Icons, as SVG that is part of the page and takes the colour of the text around it. Drawn for vincula.

/// `<svg>` around the paths of a 24 × 24 icon. Icons stand beside a text that says the same.
macro_rules! svg {
    ($($path:literal)+) => {
        concat!(
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" fill=\"none\" stroke=\"currentColor\" \
             stroke-width=\"1.8\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\" \
             focusable=\"false\">",
            $("<path d=\"", $path, "\"/>",)+
            "</svg>"
        )
    };
}

/// The icon with this name; nothing if there is none.
pub fn icon(name: &str) -> &'static str {
    match name {
        "overview" => svg!("M4 13h5l2-6 3 11 2-5h4"),
        "commands" => svg!("M4 6h16" "M4 12h16" "M4 18h10"),
        "communities" => {
            svg!("M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6z" "M3 19c.5-3 3-5 6-5s5.500 2 6 5" "M16 6a2.500 2.500 0 0 1 0 5" "M18 14.500c1.700.700 2.800 2.300 3 4.500")
        }
        "people" => {
            svg!("M12 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z" "M5 20c.6-3.600 3.500-6 7-6s6.400 2.400 7 6")
        }
        "health" => svg!(
            "M12 20s-7.500-4.600-7.500-10A4.200 4.200 0 0 1 12 7.500 4.200 4.200 0 0 1 19.500 10c0 5.400-7.500 10-7.500 10z"
        ),
        "configuration" => {
            svg!("M4 7h9" "M17 7h3" "M15 5v4" "M4 12h3" "M11 12h9" "M9 10v4" "M4 17h10" "M18 17h2" "M16 15v4")
        }
        "search" => svg!("M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z" "M20 20l-4-4"),
        "check" => svg!("M5 12.500l4.500 4.500L19 7.500"),
        "warning" => svg!("M12 4 2.800 19.500h18.400z" "M12 10v4" "M12 17v.01"),
        "error" => svg!("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z" "M9 9l6 6" "M15 9l-6 6"),
        "clock" => svg!("M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z" "M12 7v5l3 2"),
        "retry" => svg!("M20 5v5h-5" "M19.500 10A8 8 0 1 0 20 14"),
        "drop" => svg!("M5 7h14" "M10 7V4.500h4V7" "M7 7l1 12.500h8L17 7"),
        "cancel" => svg!("M6 6l12 12" "M18 6 6 18"),
        "message" => svg!("M4 5.500h16v11H10l-4.500 3.500v-3.500H4z"),
        "call" => svg!("M5 12h13" "M13 6.500 18.500 12 13 17.500"),
        "plan" => svg!("M6 4h12v16H6z" "M9 9h6" "M9 13h6" "M9 17h3"),
        "send" => svg!("M4 12 20 4.500 14.500 20l-3-6.500z"),
        "sign-out" => svg!("M14 5H6v14h8" "M10.500 12H20" "M16.500 8.500 20 12l-3.500 3.500"),
        "external" => svg!("M13 5h6v6" "M19 5l-9 9" "M17 14v5H5V7h5"),
        _ => "",
    }
}

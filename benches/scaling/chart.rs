//! Line charts: one SVG with panels side by side, for light and dark pages.

use std::fmt::Write as _;

/// One panel.
pub(crate) struct Panel {
    pub(crate) title: &'static str,
    /// Name and points of each curve: size and measurement.
    pub(crate) curves: Vec<(&'static str, Vec<(f64, f64)>)>,
}

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 62.0;
const TOP: f64 = 34.0;
const PLOT: (f64, f64) = (236.0, 160.0);

/// Draws the panels; `axis` labels the horizontal axis, which is logarithmic.
pub(crate) fn svg(axis: &str, panels: &[Panel]) -> String {
    let width = WIDTH * panels.len() as f64;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" \
         height=\"{HEIGHT}\" font-family=\"sans-serif\" font-size=\"11\">\n<style>\n\
         text {{ fill: #24292f }} .grid {{ stroke: #d0d7de }} .a {{ stroke: #0969da; fill: #0969da }} \
         .b {{ stroke: #bc4c00; fill: #bc4c00 }} polyline {{ fill: none !important; stroke-width: 2 }}\n\
         @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} .grid {{ stroke: #3d444d }} \
         .a {{ stroke: #58a6ff; fill: #58a6ff }} .b {{ stroke: #ffa657; fill: #ffa657 }} }}\n</style>\n"
    );
    for (number, panel) in panels.iter().enumerate() {
        let _ = writeln!(out, "<g transform=\"translate({} 0)\">", WIDTH * number as f64);
        draw(&mut out, axis, panel);
        out += "</g>\n";
    }
    out + "</svg>\n"
}

fn draw(out: &mut String, axis: &str, panel: &Panel) {
    let points = || panel.curves.iter().flat_map(|(_, points)| points.iter().copied());
    let place = |x: f64| (x + 1.0).log10();
    let (first, last) =
        points().fold((f64::MAX, 0.0_f64), |(low, high), (x, _)| (low.min(place(x)), high.max(place(x))));
    let top = ceiling(points().map(|(_, y)| y).fold(0.0, f64::max));
    let across = |x: f64| LEFT + (place(x) - first) / (last - first).max(f64::EPSILON) * PLOT.0;
    let up = |y: f64| TOP + PLOT.1 - y / top * PLOT.1;
    let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"16\" font-weight=\"bold\">{}</text>", panel.title);
    for quarter in 0..=4 {
        let value = top * f64::from(quarter) / 4.0;
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT + PLOT.0,
            LEFT - 6.0,
            up(value) + 4.0,
            short(value),
            y = up(value)
        );
    }
    let mut sizes: Vec<f64> = points().map(|(x, _)| x).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    let below = TOP + PLOT.1 + 16.0;
    let mut free = f64::MIN;
    for size in sizes {
        // Skip labels that would overlap.
        if across(size) >= free {
            let _ = writeln!(
                out,
                "<text x=\"{:.1}\" y=\"{below}\" text-anchor=\"middle\">{}</text>",
                across(size),
                short(size)
            );
            free = across(size) + 30.0;
        }
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{axis}</text>",
        LEFT + PLOT.0 / 2.0,
        below + 18.0
    );
    for (number, (name, curve)) in panel.curves.iter().enumerate() {
        let class = if number == 0 { "a" } else { "b" };
        let line: Vec<String> =
            curve.iter().map(|(x, y)| format!("{:.1},{:.1}", across(*x), up(*y))).collect();
        let _ = writeln!(out, "<polyline class=\"{class}\" points=\"{}\"/>", line.join(" "));
        for (x, y) in curve {
            let _ = writeln!(
                out,
                "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"/>",
                across(*x),
                up(*y)
            );
        }
        if panel.curves.len() > 1 {
            let at = LEFT + PLOT.0 - 110.0 * (panel.curves.len() - 1 - number) as f64;
            let _ = writeln!(
                out,
                "<text class=\"{class}\" stroke=\"none\" style=\"stroke: none\" x=\"{at}\" y=\"{}\" \
                 text-anchor=\"end\">{name}</text>",
                TOP - 5.0
            );
        }
    }
}

/// Rounds up to the next round number.
fn ceiling(most: f64) -> f64 {
    let power = 10_f64.powf(most.max(0.001).log10().floor());
    [1.0, 2.0, 4.0, 6.0, 8.0, 10.0]
        .map(|step| step * power)
        .into_iter()
        .find(|top| *top >= most)
        .unwrap_or(most)
}

fn short(number: f64) -> String {
    let text = |number: f64| {
        let text = format!("{number:.2}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match number {
        0.0 => "0".to_owned(),
        _ if number >= 1e6 => text(number / 1e6) + "M",
        _ if number >= 1e3 => text(number / 1e3) + "k",
        _ => text(number),
    }
}

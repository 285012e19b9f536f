//! The plots: which figures they show. Figures are pictures of the tables, so a plot leaves out what would
//! not be legible beside the rest.

mod bars;
mod lines;
mod svg;

use results::{Measured, Spread, Unit, work};

use self::{
    bars::{Bar, Kind, Panel},
    lines::{Line, Point},
};
use crate::{
    sections::in_words,
    source::{Results, added, by_size, distinct},
    text::capital,
};

/// A file to be written beside the page.
#[derive(Debug)]
pub(crate) struct Plot {
    pub(crate) file: &'static str,
    pub(crate) title: &'static str,
    pub(crate) svg: String,
}

/// Every plot that there are figures for.
pub(crate) fn all(results: &Results) -> Vec<Plot> {
    let in_process = results.in_process.as_ref().and_then(instructions);
    let loopback = results.loopback.as_ref().and_then(server_cpu);
    let scale = results.scale.as_ref().and_then(scale);
    [in_process, loopback, scale].into_iter().flatten().collect()
}

fn instructions(measured: &Measured) -> Option<Plot> {
    let panels = distinct(measured, |row| &row.work).into_iter().map(|case| Panel {
        title: capital(in_words(case)),
        bars: distinct(measured, |row| &row.side)
            .into_iter()
            .filter_map(|side| {
                let spread = Spread::of(&added(measured, side, case, Unit::Instructions)?)?;
                Some(Bar { name: side.to_owned(), kind: kind(side, true), spread })
            })
            .collect(),
    });
    let title = "Instructions that a session adds to one request, fewer is better";
    bars::draw(title, "Above the same stack without sessions. Scales differ by case.", panels)
        .map(|svg| Plot { file: "instructions.svg", title, svg })
}

fn server_cpu(measured: &Measured) -> Option<Plot> {
    const SETTING: &str = "pinned, 64 connections";
    let panels = distinct(measured, |row| &row.work).into_iter().flat_map(|work| {
        // Another world's figures would squeeze all others into a corner.
        [false, true].map(|node| Panel {
            title: capital(in_words(work)) + if node { ", on Node, another scale" } else { "" },
            bars: distinct(measured, |row| &row.side)
                .into_iter()
                .filter(|side| side.starts_with("express") == node)
                .filter_map(|side| {
                    let row = measured.row(side, work, SETTING, Unit::CpuMicroseconds)?;
                    let kind = kind(side, row.control.is_some());
                    Some(Bar { name: side.to_owned(), kind, spread: Spread::of(&row.rounds)? })
                })
                .collect(),
        })
    });
    let title = "Server CPU time for one request in microseconds, less is better";
    bars::draw(title, "Pinned, 64 connections. Dashed: a stack without sessions.", panels).map(|svg| Plot {
        file: "server-cpu.svg",
        title,
        svg,
    })
}

fn scale(measured: &Measured) -> Option<Plot> {
    let lines = work::SCALE.into_iter().filter_map(|name| {
        let points: Vec<_> = by_size(measured, name)
            .into_iter()
            .filter_map(|(size, row)| Some(Point { size, spread: Spread::of(&row.rounds)? }))
            .collect();
        (points.len() > 1).then(|| Line { name: name.to_owned(), points })
    });
    let title = "CPU time in microseconds by number of live sessions, flat is better";
    lines::draw(title, &lines.collect::<Vec<_>>()).map(|svg| Plot { file: "scale.svg", title, svg })
}

fn kind(side: &str, has_sessions: bool) -> Kind {
    match side {
        _ if !has_sessions => Kind::Control,
        side if side.starts_with(work::HANDSTAMP) => Kind::Ours,
        _ => Kind::Theirs,
    }
}

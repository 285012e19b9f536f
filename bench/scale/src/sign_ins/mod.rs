//! Durable sign-ins per second, beside a control without the engine.

mod control;

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use handstamp::Sessions;
use results::{Measured, Row, Unit, work};

use self::control::{Control, Shape};
use crate::{
    measure::{median, micros_each, process_cpu, real, spread},
    population,
    report::Table,
};

/// The promise: so much of the control's rate.
const BOUND: f64 = 0.8;

#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// How many rounds; each measures both, one after the other
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Numbers of clients that sign in at the same time
    #[arg(long, value_delimiter = ',', default_values_t = [1, 64, 512])]
    clients: Vec<usize>,
    /// How long each side is measured in a round, in milliseconds
    #[arg(long, default_value_t = 800)]
    slice: u64,
    /// Sign in through the engine only, for a profiler
    #[arg(long)]
    engine_only: bool,
}

/// What one side did in one slice.
struct Slice {
    rate: f64,
    cpu_micros: f64,
}

/// Prints the table and notes the figures. Is the bound kept?
pub async fn run(folder: &Path, options: &Options, measured: &mut Measured) -> Result<bool> {
    let shape = shape(folder).await?;
    println!(
        "Bytes of one sign-in: session row {}, account row {}, cell row {}, log entry {}, index entry 0.",
        shape.session, shape.account, shape.cell, shape.entry
    );
    let heads = ["clients", "engine /s", "control /s", "ratio", "rounds", "CPU us", "CPU us, control", "0.8"];
    let title = format!("Durable sign-ins per second, medians of {} interleaved rounds", options.rounds);
    let mut table = Table::new(title, &heads);
    for &clients in &options.clients {
        eprintln!("{clients} clients");
        let (engine, control) = compare(folder, shape, clients, options).await?;
        note(measured, work::HANDSTAMP, clients, &engine);
        note(measured, work::SAME_BYTES, clients, &control);
        let ratios: Vec<f64> =
            engine.iter().zip(&control).map(|(engine, control)| engine.rate / control.rate).collect();
        let of =
            |slices: &[Slice], what: fn(&Slice) -> f64| median(&slices.iter().map(what).collect::<Vec<_>>());
        let ratio = median(&ratios);
        let verdict = table.verdict(ratio >= BOUND || options.engine_only);
        table.add(vec![
            clients.to_string(),
            format!("{:.0}", of(&engine, |slice| slice.rate)),
            format!("{:.0}", of(&control, |slice| slice.rate)),
            format!("{ratio:.2}"),
            spread(&ratios),
            format!("{:.0}", of(&engine, |slice| slice.cpu_micros)),
            format!("{:.0}", of(&control, |slice| slice.cpu_micros)),
            verdict,
        ]);
    }
    Ok(table.print())
}

fn note(measured: &mut Measured, side: &str, clients: usize, slices: &[Slice]) {
    let mut add = |unit, rounds: Vec<f64>| {
        measured.add(Row {
            side: side.to_owned(),
            control: (side != work::SAME_BYTES).then(|| work::SAME_BYTES.to_owned()),
            work: work::SIGN_IN.to_owned(),
            setting: format!("{clients} clients"),
            unit,
            rounds,
        });
    };
    add(Unit::PerSecond, slices.iter().map(|slice| slice.rate).collect());
    add(Unit::CpuMicroseconds, slices.iter().map(|slice| slice.cpu_micros).collect());
}

/// The sizes of the rows, from a store in which somebody has signed in.
async fn shape(folder: &Path) -> Result<Shape> {
    let place = fresh(folder, "shape")?;
    let sessions = Sessions::embedded(&place)?.build()?;
    for number in 0..2000 {
        population::sign_in(&sessions, &account(number)).await?;
    }
    drop(sessions);
    Shape::of(&place)
}

async fn compare(
    folder: &Path,
    shape: Shape,
    clients: usize,
    options: &Options,
) -> Result<(Vec<Slice>, Vec<Slice>)> {
    let sessions = Sessions::embedded(fresh(folder, &format!("engine-{clients}"))?)?.build()?;
    let control = Arc::new(Control::open(&fresh(folder, &format!("control-{clients}"))?, shape)?);
    let by_engine = move || {
        let sessions = sessions.clone();
        async move { population::sign_in(&sessions, &account(somebody())).await.map(drop) }
    };
    let by_control = move || {
        let control = control.clone();
        async move {
            let number = somebody();
            control.sign_in(account(number), number).await
        }
    };
    let (mut of_engine, mut of_control) = (Vec::new(), Vec::new());
    let length = Duration::from_millis(options.slice);
    for round in 0..=options.rounds {
        // Whoever comes second may find the disk busy with the first, so they take turns.
        let mut control_slice = None;
        if round % 2 == 1 && !options.engine_only {
            control_slice = Some(slice(clients, length, by_control.clone()).await?);
        }
        let engine_slice = slice(clients, length, by_engine.clone()).await?;
        if control_slice.is_none() && !options.engine_only {
            control_slice = Some(slice(clients, length, by_control.clone()).await?);
        }
        // The first round warms up.
        if round > 0 {
            of_engine.push(engine_slice);
            of_control.extend(control_slice);
        }
    }
    Ok((of_engine, of_control))
}

/// One of as many people as sign in a few times each in a run.
fn somebody() -> u64 {
    fastrand::u64(..20_000)
}

fn account(number: u64) -> String {
    format!("account-{number:08}")
}

fn fresh(folder: &Path, name: &str) -> Result<PathBuf> {
    let place = folder.join(name);
    std::fs::create_dir_all(&place)?;
    Ok(place)
}

/// So many clients, each one sign-in after the other, for so long.
async fn slice<F>(
    clients: usize,
    length: Duration,
    sign_in: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Slice>
where
    F: Future<Output = Result<()>> + Send,
{
    let over = Arc::new(AtomicBool::new(false));
    let (start, cpu) = (Instant::now(), process_cpu());
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (sign_in, over) = (sign_in.clone(), over.clone());
            tokio::spawn(async move {
                let mut done = 0_usize;
                while !over.load(Ordering::Relaxed) {
                    sign_in().await?;
                    done += 1;
                }
                anyhow::Ok(done)
            })
        })
        .collect();
    tokio::time::sleep(length).await;
    over.store(true, Ordering::Relaxed);
    let mut done = 0;
    for task in tasks {
        done += task.await??;
    }
    let rate = real(done) / start.elapsed().as_secs_f64();
    Ok(Slice { rate, cpu_micros: micros_each(process_cpu().saturating_sub(cpu), done) })
}

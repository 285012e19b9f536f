//! Letting the application's time pass, and proving that it did.

use std::{process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

use super::Audit;
use crate::{
    audit::Halt,
    check::Reason,
    cookie::http_date,
    credentials::Credentials,
    recipe::{ClockHook, StepName, Template},
};

/// How far the application's clock may be from where it was asked to go.
const TOLERANCE: Duration = Duration::from_secs(2);
/// The longest that a run waits where time cannot be moved.
pub(crate) const MOST_WAITING: Duration = Duration::from_secs(120);
/// How long a command may take that moves the clock.
const COMMAND: Duration = Duration::from_secs(30);

/// How the application's time passes in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeMode {
    /// The recipe moves the application's clock; each move is proved.
    Moved,
    /// The declared timeouts are short enough to be waited for.
    Waited,
    /// Neither: only what is declared is known.
    Declared,
}

impl Audit {
    /// How time passes for a question about this timeout.
    pub fn time_mode(&self, timeout: Option<Duration>) -> TimeMode {
        match timeout {
            _ if self.recipe().clock.is_some() => TimeMode::Moved,
            Some(timeout) if timeout <= MOST_WAITING => TimeMode::Waited,
            _ => TimeMode::Declared,
        }
    }

    /// Lets so much of the application's time pass: by the recipe's hook, with proof, or by waiting.
    pub async fn let_pass(&self, time: Duration) -> Result<(), Halt> {
        let Some(hook) = &self.recipe().clock else {
            self.clock().pause(time).await;
            return Ok(());
        };
        let (before, asked) = (self.application_time().await?, self.clock().elapsed());
        let offset = self.moved(time);
        match hook {
            ClockHook::Command(words) => self.run_command(words, time, offset).await?,
            ClockHook::Request(request) => {
                let mut stranger = self.stranger();
                stranger.variables.set("seconds", time.as_secs().to_string());
                stranger.variables.set("offset", offset.as_secs().to_string());
                // The hook is no step; its line is what an error names.
                stranger.play_request(StepName::Anonymous, request, &|_| {}, &mut Vec::new()).await?;
            }
        }
        let after = self.application_time().await?;
        let moved = after.saturating_sub(before);
        let real = self.clock().elapsed().saturating_sub(asked);
        let is_proved = moved + TOLERANCE >= time && moved <= time + real + TOLERANCE;
        if is_proved {
            return Ok(());
        }
        let why =
            format!("asked to move {} s, the application's Date moved {} s", time.as_secs(), moved.as_secs());
        Err(Halt::inconclusive(Reason::ClockNotMoved, why))
    }

    /// The time of day by the application's own `Date`.
    async fn application_time(&self) -> Result<Duration, Halt> {
        let look = self.look_for(&Credentials::none(), "what time is it there").await?;
        let date = look.exchange.response.header("date").and_then(|date| http_date(&date));
        let since = date.and_then(|date| date.duration_since(std::time::UNIX_EPOCH).ok());
        since.ok_or_else(|| {
            let why = "its answers have no Date, so that nothing proves that its clock moved";
            Halt::inconclusive(Reason::ClockNotMoved, why)
        })
    }

    async fn run_command(&self, words: &[Template], time: Duration, offset: Duration) -> Result<(), Halt> {
        let mut variables = crate::recipe::Variables::default();
        variables.set("seconds", time.as_secs().to_string());
        variables.set("offset", offset.as_secs().to_string());
        let failed = |why: String| Halt::inconclusive(Reason::ClockNotMoved, format!("clock.advance: {why}"));
        let mut rendered = Vec::new();
        for word in words {
            rendered.push(word.render(&variables).map_err(|error| failed(error.to_string()))?);
        }
        let Some((program, arguments)) = rendered.split_first() else {
            return Err(failed("the command is empty".to_owned()));
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if let Some(folder) = self.recipe().source.path.parent().filter(|folder| folder.is_dir()) {
            command.current_dir(folder);
        }
        match timeout(COMMAND, command.status()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(failed(format!("{program} ended with {status}"))),
            Ok(Err(error)) => Err(failed(format!("{program} cannot be run: {error}"))),
            Err(_) => Err(failed(format!("{program} took longer than {} s", COMMAND.as_secs()))),
        }
    }
}

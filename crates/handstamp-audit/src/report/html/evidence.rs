//! The exchanges of a check, folded away.

use maud::{Markup, html};

use crate::report::{BodyText, CheckEntry, ExchangeEntry, Report, terminal::seconds};

/// The exchanges that show what a check says.
pub(super) fn evidence(report: &Report, check: &CheckEntry) -> Markup {
    let exchanges: Vec<_> = check.evidence.iter().filter_map(|id| report.exchange(*id)).collect();
    html! {
        @if !exchanges.is_empty() {
            details.evidence {
                summary {
                    "Evidence: " (exchanges.len()) @if exchanges.len() == 1 { " exchange" } @else { " exchanges" }
                }
                @for exchange in &exchanges { (shown(exchange)) }
                @if check.evidence_left_out > 0 {
                    p { (check.evidence_left_out) " exchanges more, in the middle, are left out." }
                }
            }
        }
    }
}

fn shown(exchange: &ExchangeEntry) -> Markup {
    let (request, response) = (&exchange.request, &exchange.response);
    let (curl, variables) = exchange.to_curl();
    html! {
        details.exchange {
            summary {
                span.number { "#" (exchange.id) } " " (exchange.purpose) ": "
                code { (request.method) " " (request.target) } " -> " code { (response.status) }
            }
            div.inside {
                h5 { "Request, " (exchange.origin) ", connection " (exchange.connection) ", at " (seconds(exchange.sent_ms)) }
                pre tabindex="0" {
                    (request.method) " " (request.target) " HTTP/1.1\n" (headers(&request.headers)) (body(&request.body))
                }
                h5 { "Answer, after " (exchange.took_ms) " ms" }
                pre tabindex="0" { "HTTP/1.1 " (response.status) "\n" (headers(&response.headers)) (body(&response.body)) }
                h5 { "To repeat it" }
                pre tabindex="0" {
                    (curl)
                    @for (name, mask) in &variables { "\n# " (name) " is " (mask) }
                }
            }
        }
    }
}

fn headers(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect::<Vec<_>>().concat()
}

fn body(body: &BodyText) -> Markup {
    html! {
        @if !body.text.is_empty() { "\n" (body.text) }
        @if body.is_cut { "\n" i { "(the rest of " (body.bytes) " bytes is left out)" } }
    }
}

//! Bare actix-web: the control of actix-session. Its routes answer the same words and know of no session.

use std::net::TcpListener;

use actix_web::{App, HttpServer, test::init_service, web};
use anyhow::Result;
use harness::{Case, Side};
use peer_actix::{ActixPeer, run_server};

struct Actix;

fn routes(config: &mut web::ServiceConfig) {
    config
        .route(Case::Ignores.path(), web::get().to(async || Case::Ignores.answer()))
        .route(Case::ReadsWho.path(), web::get().to(async || Case::ReadsWho.answer()))
        .route(Case::ReadsSlot.path(), web::get().to(async || Case::ReadsSlot.answer()))
        .route(Case::EditsSlot.path(), web::post().to(async || Case::EditsSlot.answer()))
        .route(Case::SignsIn.path(), web::post().to(async || Case::SignsIn.answer()))
        .route(Case::SignsOut.path(), web::post().to(async || Case::SignsOut.answer()));
}

impl Side for Actix {
    type Peer = ActixPeer;

    async fn in_process(_: Option<&str>) -> Result<ActixPeer> {
        ActixPeer::control(init_service(App::new().configure(routes)).await)
    }

    fn serve(listener: TcpListener, workers: usize, _: Option<&str>) -> Result<()> {
        run_server(move || {
            let server = HttpServer::new(|| App::new().configure(routes));
            // A signal ends the process at once, as on all other sides.
            Ok(server.workers(workers).disable_signals().listen(listener)?.run())
        })
    }
}

fn main() -> Result<()> {
    harness::main::<Actix>()
}

#[cfg(test)]
mod tests {
    use harness::Side;

    use super::Actix;

    #[tokio::test]
    async fn every_route_answers_its_words() -> anyhow::Result<()> {
        harness::check::check_routes(&mut Actix::in_process(None).await?).await
    }
}

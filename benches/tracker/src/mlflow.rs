//! Calls of one point each by eight clients that speak MLflow's protocol.

use std::net::SocketAddr;

use serde_json::Value;

use crate::Result;
use crate::connection::Connection;
use crate::scratch::Place;
use crate::serve::{Calls, Running};

/// Of a server of Entia that is started for it, or of any that is there.
pub(crate) fn measure(place: &Place, n: u64, address: Option<SocketAddr>) -> Result<Calls> {
    if let Some(address) = address {
        return log(address, n);
    }
    let scratch = place.scratch()?;
    let server = Running::start(&scratch.address())?;
    log(server.address, n)
}

fn log(address: SocketAddr, n: u64) -> Result<Calls> {
    let created = Connection::open(address)?.post(
        "/api/2.0/mlflow/runs/create",
        r#"{"experiment_id": "0", "start_time": 0}"#,
    )?;
    let created: Value = serde_json::from_slice(&created)?;
    let run = created["run"]["info"]["run_id"]
        .as_str()
        .ok_or("a run without an id")?;
    let point = |client, step| {
        format!(
            r#"{{"run_id": "{run}", "key": "loss {client}", "value": 0.5, "timestamp": {step}, "step": {step}}}"#
        )
    };
    Calls::make(address, n, "/api/2.0/mlflow/runs/log-metric", &point)
}

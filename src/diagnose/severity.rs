//! How much an incident matters.

use super::fact::Fact;
use super::features::{CodePath, ratio};
use super::incident::{Cause, CauseId, Kind, Severity, State, Strength};
use crate::model::{PathMark, Signal};

/// Severity of an incident of redirections.
///
/// Info: retried and over. Low: latency only. Medium: transient errors for users. High:
/// persistent ones. Critical: conflicting ownership or data at risk; only evidence of
/// that reaches it.
pub(crate) fn of_redirections(kind: Kind, state: State, cause: &Cause, path: &CodePath) -> Severity {
    let base = match kind {
        Kind::AskWindow | Kind::AskCampaign => of_migration(state, cause.id),
        _ => of_moved(kind, cause, path),
    };
    let adjusted = adjust(base, path);
    match kind {
        // Fixed by the contract.
        Kind::MovedStorm if cause.id == CauseId::Undecided => Severity::Medium,
        // A few hits whose cause is no more than possible wake nobody.
        Kind::MovedScattered if cause.strength <= Strength::Possible => adjusted.min(Severity::Medium),
        _ => adjusted,
    }
}

fn of_migration(state: State, cause: CauseId) -> Severity {
    match (cause, state) {
        (CauseId::StuckMigration, _) | (_, State::Stuck) => Severity::High,
        (CauseId::AskMishandled, _) => Severity::High,
        (_, State::Aborted) => Severity::Medium,
        (_, State::Slow | State::Reversed) => Severity::Low,
        _ => Severity::Info,
    }
}

fn of_moved(kind: Kind, cause: &Cause, path: &CodePath) -> Severity {
    let escapes = path.followed_share() < 0.8;
    match cause.id {
        CauseId::StandaloneClient | CauseId::UnreachableAddress | CauseId::ProxyOrBalancer => Severity::High,
        CauseId::OwnerDown | CauseId::TargetAuth | CauseId::AskMishandled | CauseId::StuckMigration => {
            Severity::High
        }
        CauseId::StaleSlotMap if escapes => Severity::High,
        CauseId::StaleSlotMap => Severity::Low,
        CauseId::BenignRefresh | CauseId::Resharding => Severity::Info,
        CauseId::Failover | CauseId::NodeReplaced | CauseId::PipelinePath | CauseId::TwoClusters => {
            Severity::Medium
        }
        CauseId::ReplicaReads => Severity::Medium,
        CauseId::ConflictingOwners => Severity::Critical,
        CauseId::EndpointAlias | CauseId::PeriodicProbe => Severity::Low,
        // An empty host is a documented form that newer clients follow; `?` leads nowhere.
        CauseId::UnknownEndpoint if names_empty_host(cause) => Severity::Medium,
        CauseId::UnknownEndpoint => Severity::High,
        CauseId::MisroutedCommand if path.marked(PathMark::Escaped) > 0 => Severity::Medium,
        CauseId::MisroutedCommand => Severity::Low,
        CauseId::Undecided => match kind {
            Kind::MovedStorm | Kind::Flapping | Kind::Failover => Severity::Medium,
            Kind::MovedRefresh | Kind::MovedScattered => Severity::Info,
            _ => Severity::Low,
        },
    }
}

fn names_empty_host(cause: &Cause) -> bool {
    cause.evidence.iter().any(|fact| matches!(fact, Fact::UnknownHost { host, .. } if host.is_empty()))
}

/// One step up where at least half of the reporters log at error level, one step down
/// where everything is at debug.
fn adjust(base: Severity, path: &CodePath) -> Severity {
    let (failing, levelled) = path.error_reporters;
    if path.debug_only() {
        match base {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            Severity::Medium => Severity::Low,
            Severity::Low | Severity::Info => Severity::Info,
        }
    } else if failing > 0 && ratio(failing as u64, levelled as u64) >= 0.5 {
        match base {
            Severity::Info => Severity::Low,
            Severity::Low => Severity::Medium,
            Severity::Medium | Severity::High => Severity::High,
            Severity::Critical => Severity::Critical,
        }
    } else {
        base
    }
}

/// Severity of errors that no incident of redirections explains (fixed by the contract).
pub(crate) fn of_errors(signal: Signal) -> Severity {
    match signal {
        Signal::ClusterDown | Signal::SlotUnserved | Signal::NoTopology => Severity::High,
        Signal::TooManyRedirects | Signal::ExecAbort => Severity::Medium,
        _ => Severity::Low,
    }
}

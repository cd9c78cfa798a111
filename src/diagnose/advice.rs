//! What to do: chosen by cause, state, client and platform. Ids and parameters only; the
//! texts are in `advice_texts`.
//!
//! Nothing here moves data while a migration may be running: an open window gets "wait",
//! and the one step that finishes a stuck slot comes after those that prove that no
//! reshard is alive.

use super::address::{Form, form, is_local};
use super::fact::Fact;
use super::incident::{CauseId, Incident, Kind, State};
use crate::model::{Client, Endpoint, Signal};

/// What to do, what not to do, and how to see whether it helped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Advice {
    /// Steps that help, in order.
    pub do_: Vec<Step>,
    /// Dead ends.
    pub do_not: Vec<Step>,
    /// Read-only commands, in the order to run them.
    pub verify: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which text.
    pub id: AdviceId,
    /// For which client, where the text depends on it.
    pub client: Option<Client>,
    /// Index into `Digest::rules`: the step is that rule's own workarounds or dead ends.
    pub rule: Option<u32>,
    /// What to fill in.
    pub params: Vec<(Param, String)>,
}

/// A placeholder of a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Param {
    /// `{slot}`: one slot to look at.
    Slot,
    /// `{target}`: the node that redirections name.
    Target,
    /// `{source}`: the node that slots leave, or a stand-in where it is not known.
    Source,
    /// `{command}`: a command's name.
    Command,
}

impl Param {
    /// The placeholder in texts.
    pub const fn placeholder(self) -> &'static str {
        match self {
            Self::Slot => "{slot}",
            Self::Target => "{target}",
            Self::Source => "{source}",
            Self::Command => "{command}",
        }
    }
}

macro_rules! advice_ids {
    ($($variant:ident => $id:literal,)*) => {
        /// Which text of the advice table a step shows.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[expect(missing_docs, reason = "each variant is described by its text in the table")]
        pub enum AdviceId { $($variant,)* }

        impl AdviceId {
            /// Every id.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The id in kebab case.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)* }
            }
        }
    };
}

advice_ids! {
    // Do.
    UseClusterClient => "use-cluster-client",
    UseNonClusterInstance => "use-non-cluster-instance",
    RefreshSlotMap => "refresh-slot-map",
    NothingToDo => "nothing-to-do",
    RetryIdempotently => "retry-idempotently",
    WaitForMigration => "wait-for-migration",
    ClientMustSendAsking => "client-must-send-asking",
    ReversedOnPurpose => "reversed-on-purpose",
    ProveNoReshardRuns => "prove-no-reshard-runs",
    FindWhatBlocksMigrate => "find-what-blocks-migrate",
    FinishOpenSlot => "finish-open-slot",
    RetryThroughFailover => "retry-through-failover",
    FindWhyNodeDied => "find-why-node-died",
    CompareClusterNodes => "compare-cluster-nodes",
    SeparateTheClusters => "separate-the-clusters",
    OneNameForm => "one-name-form",
    AnnounceAddress => "announce-address",
    ManagedNetwork => "managed-network",
    MapAddresses => "map-addresses",
    ReadFromReplicas => "read-from-replicas",
    AnnounceHostname => "announce-hostname",
    UpgradeForEmptyEndpoint => "upgrade-for-empty-endpoint",
    StableNames => "stable-names",
    RefreshFromSeeds => "refresh-from-seeds",
    RollOneAtATime => "roll-one-at-a-time",
    UpgradeForAsking => "upgrade-for-asking",
    ReconnectOnSelfMoved => "reconnect-on-self-moved",
    NoBalancerInFront => "no-balancer-in-front",
    UpgradePipeline => "upgrade-pipeline",
    RetryWholeTransaction => "retry-whole-transaction",
    PlainCommandAsNudge => "plain-command-as-nudge",
    RepairOwner => "repair-owner",
    FewerCrossNodeRetries => "fewer-cross-node-retries",
    UpgradeForCommand => "upgrade-for-command",
    CredentialsOnAllNodes => "credentials-on-all-nodes",
    FindTheTool => "find-the-tool",
    UseHashTags => "use-hash-tags",
    RestoreQuorum => "restore-quorum",
    ReachAnyNode => "reach-any-node",
    WriteToMaster => "write-to-master",
    WaitForLoading => "wait-for-loading",
    CheckCredentials => "check-credentials",
    FindRedirectLoop => "find-redirect-loop",
    LongerLog => "longer-log",
    RuleWorkarounds => "rule-workarounds",
    // Do not.
    NotAnotherSeed => "not-another-seed",
    NotMoreRetries => "not-more-retries",
    NotFollowByHand => "not-follow-by-hand",
    NotRestart => "not-restart",
    NotRaiseMaxRedirects => "not-raise-max-redirects",
    NotClusterSlotsCall => "not-cluster-slots-call",
    NotRebalanceOrFix => "not-rebalance-or-fix",
    NotFixWhileMigrating => "not-fix-while-migrating",
    NotRefreshOnAsk => "not-refresh-on-ask",
    NotStableBothSides => "not-stable-both-sides",
    NotFixUnreachable => "not-fix-unreachable",
    NotLongerTimeouts => "not-longer-timeouts",
    NotSeedPortOnly => "not-seed-port-only",
    NotAnnounceOnManaged => "not-announce-on-managed",
    NotStoreAskInMap => "not-store-ask-in-map",
    NotCallItSplitBrain => "not-call-it-split-brain",
    NotRestartAllPods => "not-restart-all-pods",
    // Verify.
    SeeClusterNodesTwice => "see-cluster-nodes-twice",
    SeeClusterInfo => "see-cluster-info",
    SeeKeysInSlot => "see-keys-in-slot",
    SeeClusterCheck => "see-cluster-check",
    SeeMigrationStatus => "see-migration-status",
    SeeErrorstats => "see-errorstats",
    SeeClientList => "see-client-list",
    SeeServerLog => "see-server-log",
    SeeReachability => "see-reachability",
    SeeFixed => "see-fixed",
    SeeSlotStats => "see-slot-stats",
    SeeLogFromStart => "see-log-from-start",
}

/// What else is known: where the cluster seems to run, and whether slots may be moving.
pub(crate) struct Platform {
    pub(crate) aws: bool,
    pub(crate) azure: bool,
    pub(crate) kubernetes: bool,
    pub(crate) migrating: bool,
}

impl Platform {
    /// Somebody else runs the servers.
    fn managed(&self) -> bool {
        self.aws || self.azure
    }
}

/// Clients that get their own step at most; more would be no advice.
const CLIENTS: usize = 4;

/// The advice for an incident.
pub(crate) fn advise(incident: &Incident, platform: &Platform) -> Advice {
    let mut plan = Plan { incident, platform, params: params(incident), advice: Advice::default() };
    match incident.kind {
        Kind::AskWindow | Kind::AskCampaign => plan.migration(),
        Kind::ClusterErrors => plan.errors(),
        Kind::Other => plan.rule(),
        _ => plan.moved(),
    }
    plan.advice
}

/// What any text of this incident may need.
fn params(incident: &Incident) -> Vec<(Param, String)> {
    let mut params = Vec::new();
    let stuck = incident.window_list.iter().find(|w| w.state == State::Stuck).and_then(|w| w.slot);
    let hot = incident.hot_slot.map(|h| h.0);
    let slot = stuck.or(hot).or_else(|| incident.slots.iter().next());
    params.push((Param::Slot, slot.map_or_else(|| "SLOT".to_owned(), |s| s.to_string())));
    let target = incident.targets.iter().find_map(|t| t.endpoint.as_ref());
    params.push((Param::Target, target.map_or_else(|| "-h TARGET -p PORT".to_owned(), shell_address)));
    params.push((
        Param::Source,
        incident.source.as_ref().map_or_else(|| "-h SOURCE -p PORT".to_owned(), shell_address),
    ));
    let command = incident.cause.evidence.iter().find_map(|fact| match fact {
        Fact::OneCommand { command, .. } => command.split(' ').next().map(str::to_owned),
        _ => None,
    });
    if let Some(command) = command
        && command.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    {
        params.push((Param::Command, command));
    }
    params
}

struct Plan<'i> {
    incident: &'i Incident,
    platform: &'i Platform,
    params: Vec<(Param, String)>,
    advice: Advice,
}

impl Plan<'_> {
    fn step(&self, id: AdviceId) -> Step {
        let text = super::advice_texts::advice_text(id, None);
        let wanted = |p: Param| text.is_some_and(|t| t.text.en.contains(p.placeholder()));
        let params = self.params.iter().filter(|(p, _)| wanted(*p)).cloned().collect();
        Step { id, client: None, rule: None, params }
    }

    fn does(&mut self, ids: &[AdviceId]) {
        let steps: Vec<Step> = ids.iter().map(|&id| self.step(id)).collect();
        self.advice.do_.extend(steps);
    }

    fn does_not(&mut self, ids: &[AdviceId]) {
        let steps: Vec<Step> = ids.iter().map(|&id| self.step(id)).collect();
        self.advice.do_not.extend(steps);
    }

    fn verifies(&mut self, ids: &[AdviceId]) {
        let steps: Vec<Step> = ids.iter().map(|&id| self.step(id)).collect();
        self.advice.verify.extend(steps);
    }

    /// One step for each proven client that has a text of its own; the general one where
    /// none has.
    fn per_client(&mut self, id: AdviceId) {
        let own = |c: &&Client| super::advice_texts::has_own(id, **c);
        let clients: Vec<Client> = self.incident.clients.iter().filter(own).take(CLIENTS).copied().collect();
        if clients.is_empty() {
            self.does(&[id]);
            return;
        }
        for client in clients {
            let mut step = self.step(id);
            step.client = Some(client);
            self.advice.do_.push(step);
        }
    }

    /// As above, but nothing where no client has a text: a general one would be idle.
    fn per_client_only(&mut self, id: AdviceId) {
        if self.incident.clients.iter().any(|&c| super::advice_texts::has_own(id, c)) {
            self.per_client(id);
        }
    }

    fn migration(&mut self) {
        use AdviceId as A;
        if self.incident.cause.id == CauseId::StuckMigration {
            self.does(&[A::ProveNoReshardRuns, A::FindWhatBlocksMigrate, A::FinishOpenSlot]);
            self.does_not(&[
                A::NotFixWhileMigrating,
                A::NotStableBothSides,
                A::NotFixUnreachable,
                A::NotRefreshOnAsk,
            ]);
            self.verifies(&[
                A::SeeClusterNodesTwice,
                A::SeeKeysInSlot,
                A::SeeClusterCheck,
                A::SeeMigrationStatus,
            ]);
            return;
        }
        if self.incident.cause.id == CauseId::AskMishandled {
            self.does(&[A::WaitForMigration]);
            self.per_client(A::UpgradeForAsking);
            self.does_not(&[A::NotStoreAskInMap, A::NotRaiseMaxRedirects, A::NotFixWhileMigrating]);
            self.verifies(&[A::SeeClusterNodesTwice, A::SeeClientList, A::SeeErrorstats]);
            return;
        }
        match self.incident.state {
            State::Completed => self.does(&[A::NothingToDo, A::ClientMustSendAsking]),
            State::Reversed => self.does(&[A::ReversedOnPurpose, A::WaitForMigration]),
            _ => self.does(&[A::WaitForMigration, A::ClientMustSendAsking]),
        }
        self.does_not(&[A::NotFixWhileMigrating, A::NotRefreshOnAsk, A::NotRestart]);
        self.verifies(&[A::SeeClusterNodesTwice, A::SeeKeysInSlot, A::SeeErrorstats]);
    }

    fn moved(&mut self) {
        use AdviceId as A;
        match self.incident.cause.id {
            CauseId::StandaloneClient => {
                self.per_client(A::UseClusterClient);
                self.does(&[A::UseNonClusterInstance]);
                self.does_not(&[A::NotAnotherSeed, A::NotMoreRetries, A::NotFollowByHand]);
                self.verifies(&[A::SeeErrorstats, A::SeeClientList, A::SeeFixed]);
            }
            CauseId::StaleSlotMap => {
                self.per_client(A::RefreshSlotMap);
                self.does_not(&[A::NotRestart, A::NotRaiseMaxRedirects]);
                if self.incident.clients.contains(&Client::RedisPy) {
                    self.does_not(&[A::NotClusterSlotsCall]);
                }
                self.verifies(&[A::SeeErrorstats, A::SeeClientList, A::SeeFixed]);
            }
            CauseId::BenignRefresh => {
                self.does(&[A::NothingToDo, A::RetryIdempotently]);
                self.does_not(&[A::NotRebalanceOrFix, A::NotRestart]);
                self.verifies(&[A::SeeErrorstats]);
            }
            CauseId::Resharding => {
                self.does(&[A::WaitForMigration, A::RetryIdempotently]);
                self.does_not(&[A::NotFixWhileMigrating, A::NotRestart]);
                self.verifies(&[A::SeeClusterNodesTwice, A::SeeMigrationStatus, A::SeeErrorstats]);
            }
            CauseId::Failover => self.failover(),
            CauseId::ConflictingOwners => {
                self.does(&[A::CompareClusterNodes, A::ProveNoReshardRuns]);
                self.does_not(&[A::NotCallItSplitBrain, A::NotRaiseMaxRedirects, A::NotFixWhileMigrating]);
                self.verifies(&[A::SeeClusterNodesTwice, A::SeeClusterInfo, A::SeeClusterCheck]);
            }
            CauseId::TwoClusters => {
                self.does(&[A::SeparateTheClusters]);
                self.does_not(&[A::NotCallItSplitBrain, A::NotRebalanceOrFix]);
                self.verifies(&[A::SeeClusterNodesTwice, A::SeeClientList]);
            }
            CauseId::EndpointAlias => {
                self.does(&[A::OneNameForm]);
                self.does_not(&[A::NotCallItSplitBrain, A::NotRebalanceOrFix]);
                self.verifies(&[A::SeeClusterNodesTwice]);
            }
            CauseId::UnreachableAddress => self.unreachable(),
            CauseId::ReplicaReads => {
                self.per_client(A::ReadFromReplicas);
                self.does_not(&[A::NotRaiseMaxRedirects]);
                self.verifies(&[A::SeeErrorstats, A::SeeClientList]);
            }
            CauseId::UnknownEndpoint => self.unknown_endpoint(),
            CauseId::NodeReplaced => {
                if !self.platform.managed() {
                    self.does(&[A::StableNames]);
                }
                self.per_client(A::RefreshFromSeeds);
                if self.platform.kubernetes {
                    self.does(&[A::RollOneAtATime]);
                }
                self.does_not(&[A::NotRestartAllPods, A::NotRaiseMaxRedirects]);
                self.verifies(&[A::SeeClusterNodesTwice, A::SeeReachability, A::SeeFixed]);
            }
            CauseId::AskMishandled => {
                self.per_client(A::UpgradeForAsking);
                self.does_not(&[A::NotStoreAskInMap, A::NotRaiseMaxRedirects]);
                self.verifies(&[A::SeeClientList]);
            }
            CauseId::ProxyOrBalancer => {
                self.per_client_only(A::ReconnectOnSelfMoved);
                self.does(&[A::NoBalancerInFront]);
                self.does_not(&[A::NotRaiseMaxRedirects, A::NotAnotherSeed]);
                self.verifies(&[A::SeeClientList, A::SeeErrorstats]);
            }
            CauseId::PipelinePath => {
                self.does(&[
                    A::UpgradePipeline,
                    A::RetryWholeTransaction,
                    A::PlainCommandAsNudge,
                    A::UseHashTags,
                ]);
                self.per_client_only(A::RefreshSlotMap);
                self.does_not(&[A::NotRaiseMaxRedirects]);
                self.verifies(&[A::SeeClientList, A::SeeErrorstats]);
            }
            CauseId::OwnerDown => {
                self.does(&[A::RepairOwner, A::FewerCrossNodeRetries]);
                self.does_not(&[A::NotRaiseMaxRedirects, A::NotFixUnreachable]);
                self.verifies(&[A::SeeReachability, A::SeeClusterNodesTwice, A::SeeClusterInfo]);
            }
            CauseId::MisroutedCommand => {
                self.does(&[A::UpgradeForCommand]);
                self.does_not(&[A::NotRaiseMaxRedirects]);
                self.verifies(&[A::SeeClientList, A::SeeErrorstats]);
            }
            CauseId::TargetAuth => {
                self.does(&[A::CredentialsOnAllNodes]);
                self.does_not(&[A::NotMoreRetries]);
                self.verifies(&[A::SeeReachability, A::SeeClientList]);
            }
            CauseId::PeriodicProbe => {
                self.does(&[A::FindTheTool]);
                self.does_not(&[A::NotRebalanceOrFix]);
                self.verifies(&[A::SeeClientList]);
            }
            CauseId::StuckMigration | CauseId::Undecided => self.undecided(),
        }
        let said = |s: &Step| s.id == A::NotFixWhileMigrating;
        if self.platform.migrating && !self.advice.do_not.iter().any(said) {
            self.does_not(&[A::NotFixWhileMigrating]);
        }
        if self.incident.hot_slot.is_some() {
            self.verifies(&[A::SeeSlotStats]);
        }
    }

    fn failover(&mut self) {
        use AdviceId as A;
        self.does(&[A::RetryThroughFailover]);
        self.per_client_only(A::RefreshSlotMap);
        self.does(&[A::FindWhyNodeDied]);
        self.does_not(&[A::NotRestart, A::NotRaiseMaxRedirects, A::NotRebalanceOrFix]);
        self.verifies(&[A::SeeServerLog, A::SeeClusterNodesTwice, A::SeeClusterInfo]);
    }

    fn unreachable(&mut self) {
        use AdviceId as A;
        if self.platform.managed() {
            self.does(&[A::ManagedNetwork]);
            self.does_not(&[A::NotAnnounceOnManaged, A::NotLongerTimeouts]);
        } else {
            self.does(&[A::AnnounceAddress]);
            self.does_not(&[A::NotLongerTimeouts, A::NotSeedPortOnly]);
        }
        let local = self.incident.targets.iter().filter_map(|t| t.endpoint.as_ref()).any(is_local);
        if local || !self.platform.managed() {
            self.per_client(A::MapAddresses);
        }
        self.verifies(&[A::SeeReachability, A::SeeClusterNodesTwice]);
    }

    fn unknown_endpoint(&mut self) {
        use AdviceId as A;
        let is = |wanted: Form| {
            self.incident.targets.iter().filter_map(|t| t.endpoint.as_ref()).any(|e| form(e) == wanted)
        };
        let (unknown, empty) = (is(Form::Unknown), is(Form::Empty));
        if unknown && !self.platform.managed() {
            self.does(&[A::AnnounceHostname]);
        } else if unknown {
            self.does(&[A::ManagedNetwork]);
        }
        if empty {
            self.does(&[A::UpgradeForEmptyEndpoint]);
        }
        self.does_not(&[A::NotRaiseMaxRedirects, A::NotLongerTimeouts]);
        self.verifies(&[A::SeeClusterNodesTwice, A::SeeClientList]);
    }

    fn undecided(&mut self) {
        use AdviceId as A;
        self.does(&[A::LongerLog]);
        self.does_not(&[A::NotRebalanceOrFix, A::NotRaiseMaxRedirects]);
        self.verifies(&[A::SeeClientList, A::SeeClusterNodesTwice, A::SeeErrorstats, A::SeeLogFromStart]);
    }

    fn errors(&mut self) {
        use AdviceId as A;
        match (self.incident.signals.first().map(|s| s.0), self.incident.cause.id) {
            (_, CauseId::Failover) => self.failover(),
            (_, CauseId::OwnerDown) => {
                self.does(&[A::RepairOwner]);
                self.verifies(&[A::SeeReachability, A::SeeClusterNodesTwice, A::SeeClusterInfo]);
            }
            (_, CauseId::UnreachableAddress) => self.unreachable(),
            (_, CauseId::ProxyOrBalancer) => {
                self.per_client_only(A::ReconnectOnSelfMoved);
                self.does(&[A::NoBalancerInFront]);
                self.does_not(&[A::NotRaiseMaxRedirects]);
                self.verifies(&[A::SeeClientList]);
            }
            (Some(Signal::ClusterDown | Signal::SlotUnserved), _) => {
                self.does(&[A::RestoreQuorum]);
                self.does_not(&[A::NotFixUnreachable, A::NotRestart]);
                self.verifies(&[A::SeeClusterInfo, A::SeeClusterNodesTwice, A::SeeClusterCheck]);
            }
            (Some(Signal::NoTopology | Signal::Unreachable), _) => {
                self.does(&[A::ReachAnyNode]);
                self.does_not(&[A::NotLongerTimeouts]);
                self.verifies(&[A::SeeReachability, A::SeeClusterNodesTwice]);
            }
            (Some(Signal::TryAgain), CauseId::StuckMigration) => {
                self.does(&[A::ProveNoReshardRuns, A::FindWhatBlocksMigrate]);
                self.does_not(&[A::NotFixWhileMigrating, A::NotStableBothSides]);
                self.verifies(&[A::SeeClusterNodesTwice, A::SeeClusterCheck, A::SeeMigrationStatus]);
            }
            (Some(Signal::TryAgain | Signal::Migration), _) => {
                self.does(&[A::WaitForMigration, A::RetryIdempotently]);
                self.does_not(&[A::NotFixWhileMigrating, A::NotRestart]);
                self.verifies(&[A::SeeClusterNodesTwice, A::SeeMigrationStatus]);
            }
            (Some(Signal::CrossSlot), _) => {
                self.does(&[A::UseHashTags]);
                self.does_not(&[A::NotMoreRetries]);
            }
            (Some(Signal::ReadOnly), _) => {
                self.does(&[A::WriteToMaster]);
                self.verifies(&[A::SeeClusterNodesTwice, A::SeeClientList]);
            }
            (Some(Signal::Loading | Signal::MasterDown), _) => {
                self.does(&[A::WaitForLoading]);
                self.does_not(&[A::NotRestart]);
                self.verifies(&[A::SeeClusterInfo, A::SeeServerLog]);
            }
            (Some(Signal::ExecAbort), _) => {
                self.does(&[A::RetryWholeTransaction, A::UseHashTags]);
                self.verifies(&[A::SeeErrorstats]);
            }
            (Some(Signal::Auth), _) => {
                self.does(&[A::CheckCredentials]);
                self.does_not(&[A::NotMoreRetries]);
                self.verifies(&[A::SeeReachability]);
            }
            (Some(Signal::TooManyRedirects), _) => {
                self.does(&[A::FindRedirectLoop]);
                self.does_not(&[A::NotRaiseMaxRedirects]);
                self.verifies(&[A::SeeClusterNodesTwice, A::SeeClientList, A::SeeErrorstats]);
            }
            (Some(Signal::Topology), _) => {
                self.does(&[A::NothingToDo]);
                self.verifies(&[A::SeeErrorstats]);
            }
            _ => self.undecided(),
        }
    }

    fn rule(&mut self) {
        let mut step = self.step(AdviceId::RuleWorkarounds);
        step.rule = self.incident.rule;
        self.advice.do_.push(step);
    }
}

/// How redis-cli takes an address.
fn shell_address(endpoint: &Endpoint) -> String {
    // A log chose this text: whatever a shell could read otherwise is left out.
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".:-_".contains(&b);
    let known =
        !endpoint.host.is_empty() && !endpoint.host.starts_with('-') && endpoint.host.bytes().all(plain);
    let host = if known { &*endpoint.host } else { "HOST" };
    match endpoint.port {
        Some(port) => format!("-h {host} -p {port}"),
        None => format!("-h {host} -p PORT"),
    }
}

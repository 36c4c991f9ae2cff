//! Operators and what they serve, on the real cluster: whoever removes finalizers has to go last.

use std::sync::Arc;
use std::time::Duration;

use helm_purge::clock::Clock;
use helm_purge::cluster::{Client, Connection, ObjectPresence, StorageDriver};
use helm_purge::executor::{
    AlwaysFresh, Backends, Event, ExecutorConfig, HistoryChecks, NoJournal, Outcome, OutcomeKind, PhaseNumber, Run,
    Task, execute, verify_purge,
};
use helm_purge::helm::{FailureClass, GoRuntime, Helm, HelmUninstall};
use helm_purge::inventory::{Contents, ObjectLists, ReleaseSource};
use helm_purge::policy::Policy;
use helm_purge::release::{GroupKind, Known, ObjectRef, Release};
use helm_purge::settings::{ConnectionOptions, KubeconfigFiles};
use helm_purge::signal::{CancelToken, Interrupts, Stage};
use helm_purge::uninstall_options::UninstallOptions;
use serde_json::{Value, json};
use throwaway_cluster::{Chart, Kind};

use crate::support::stand_ins::ONE_LANE;
use crate::support::{MovableClock, OrPanic, Real, cluster};

const GADGET: Kind<'_> = Kind::new("operator.example.com/v1", "Gadget");
const LONG: Duration = Duration::from_mins(1);

/// An operator, and an app that needs it.
struct Scene<'a> {
    real: &'a Real,
    connection: Connection,
    inventory: ReleaseSource,
    client: Client,
    clock: MovableClock,
}

impl<'a> Scene<'a> {
    /// The operator in a namespace that comes before the app's.
    fn new(real: &'a Real, settings: &[&str]) -> Self {
        let settings = settings.iter().flat_map(|setting| ["--set", setting]).collect::<Vec<_>>();
        for (chart, namespace, settings) in [(Chart::Operator, "a", &[][..]), (Chart::Gadget, "b", &settings[..])] {
            let namespace = real.namespace(namespace);
            real.install(chart, &namespace, chart.name(), settings);
        }
        let kubeconfig = KubeconfigFiles::Flag(cluster().kubeconfig().into());
        let connection = Connection::resolve(&ConnectionOptions { kubeconfig, ..ConnectionOptions::default() });
        let connection = connection.or_panic();
        let client = Client::new(&connection, CancelToken::default()).expect("a client can be made");
        let policy = Policy::read_named(&real.program.folder().join("policy.yaml")).expect("it was written well");
        let inventory = ReleaseSource::new(client.clone(), StorageDriver::Secrets, policy.namespaces);
        Self { real, connection, inventory, client, clock: MovableClock::new() }
    }

    fn releases(&self) -> Vec<Release> {
        let listing = self.inventory.list().or_panic();
        let prefix = self.real.namespace("");
        let mut releases = listing.releases;
        releases.retain(|release| release.id.namespace.as_str().starts_with(&prefix));
        releases.sort_by(|left, right| left.id.cmp(&right.id));
        releases
    }

    fn contents(&self, releases: &[Release]) -> Contents {
        let wanted = releases.iter().collect::<Vec<_>>();
        self.inventory.contents(&wanted, ObjectLists::Wanted).or_panic()
    }

    /// The operator and the app, in these phases, with the ties that their records tell.
    fn plan(&self, phases: [PhaseNumber; 2]) -> Vec<Task> {
        let releases = self.releases();
        let contents = self.contents(&releases);
        let planned = |(release, phase): (Release, PhaseNumber)| {
            let ties = contents[&release.id].as_ref().expect("its record can be read").crd_usage.clone();
            Task { phase, crd_usage: ties, ..Task::new(release, UninstallOptions::with_timeout(LONG)) }
        };
        releases.into_iter().zip(phases).map(planned).collect()
    }

    /// Carries the plan out. The operator does its work when the run waits for it, and when the run is over, if it is
    /// there then.
    fn carry_out(&self, plan: Vec<Task>, on_waiting: impl Fn()) -> Run {
        let helm = cluster().helm(self.real.helm).or_panic();
        let interrupts = Interrupts::default();
        let helm = Helm::find(helm.to_str(), None, interrupts.stop()).expect("helm answers");
        let runtime = GoRuntime::beside(None, None, None);
        let means = Backends {
            action: Arc::new(HelmUninstall::new(helm, self.connection.clone(), runtime)),
            recheck: Arc::new(AlwaysFresh),
            probe: Arc::new(self.client.clone()),
            journal: Arc::new(NoJournal),
        };
        interrupts.enter(Stage::Changing);
        let clock = Clock::Ahead(self.clock.path());
        let execution = ExecutorConfig { deadline: None, clock, ..ONE_LANE };
        let run = execute(plan, execution, means, &interrupts, &mut |event, _| {
            if matches!(event, Event::Waiting { .. }) {
                self.operate();
                on_waiting();
            }
        });
        let mut run = run.expect("a thread can be had");
        self.operate();
        let listing = self.inventory.list().or_panic();
        verify_purge(&mut run, &listing, &HistoryChecks::new());
        run
    }

    /// Removes its finalizer from what is to be deleted, if the operator is there. It is looked for last: whatever is
    /// deleted after it is never served.
    fn operate(&self) {
        let deleted = self.gadgets().into_iter().filter(|gadget| !gadget["metadata"]["deletionTimestamp"].is_null());
        let deleted = deleted.collect::<Vec<_>>();
        let namespace = self.real.namespace("a");
        let operator = cluster().api().get(Kind::DEPLOYMENT, Some(&namespace), Chart::Operator.name());
        if operator.expect("the admin may read").is_none() {
            return;
        }
        for gadget in deleted.iter().filter(|gadget| finalizers(gadget) == ["operator.example.com/cleanup"]) {
            self.remove_finalizers(gadget);
        }
    }

    fn remove_finalizers(&self, gadget: &Value) {
        let name = gadget["metadata"]["name"].as_str().expect("it has a name");
        let none = json!({"metadata": {"finalizers": null}});
        let removed = cluster().api().patch(GADGET, Some(&self.real.namespace("b")), name, &none);
        removed.or_panic();
    }

    fn gadgets(&self) -> Vec<Value> {
        cluster().api().objects(GADGET, Some(&self.real.namespace("b"))).or_panic()
    }

    fn has_operator(&self) -> bool {
        let found = cluster().api().list(Kind::DEPLOYMENT, Some(&self.real.namespace("a")));
        !found.expect("the admin may list").is_empty()
    }

    /// Leaves no object behind that nobody can delete.
    fn clear(&self) {
        self.gadgets().iter().for_each(|gadget| self.remove_finalizers(gadget));
    }
}

fn finalizers(object: &Value) -> Vec<&str> {
    object["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn without_an_order_the_operator_may_go_first_and_what_it_serves_is_stuck() {
    Real::with_both("unordered", |real| {
        let scene = Scene::new(real, &[]);
        let run = scene.carry_out(scene.plan([PhaseNumber(0), PhaseNumber(0)]), || panic!("no phase follows"));
        assert_eq!(run.count(OutcomeKind::Purged), 2, "as far as helm can tell");
        let gadgets = scene.gadgets();
        assert_eq!(gadgets.len(), 1);
        assert_eq!(finalizers(&gadgets[0]), ["operator.example.com/cleanup"]);
        assert!(!gadgets[0]["metadata"]["deletionTimestamp"].is_null() && !scene.has_operator());
        scene.clear();
    });
}

#[test]
fn an_operator_in_the_last_phase_goes_when_what_it_serves_is_gone() {
    Real::with_both("ordered", |real| {
        let scene = Scene::new(real, &[]);
        let run = scene.carry_out(scene.plan([PhaseNumber(1), PhaseNumber(0)]), || ());
        assert_eq!(run.count(OutcomeKind::Purged), 2, "{:?}", run.results);
        assert!(scene.gadgets().is_empty() && !scene.has_operator());
        assert!(real.listed().is_empty());
    });
}

#[test]
fn an_operator_stays_while_something_that_it_serves_does() {
    Real::with_both("lingering", |real| {
        let scene = Scene::new(real, &["finalizer=example.com/nobody-removes-this"]);
        let run = scene.carry_out(scene.plan([PhaseNumber(1), PhaseNumber(0)]), || scene.clock.move_to(2 * LONG));
        let [operator, app] = [0, 1].map(|place| &run.results[place]);
        assert_eq!(operator.outcome, Outcome::StillNeeded { by: app.release.id.clone() });
        let Outcome::Failed(failure) = &app.outcome else { panic!("{:?}", app.outcome) };
        let text = format!(": Gadget {}/gadget", real.namespace("b"));
        assert_eq!(failure.class, FailureClass::Leftovers);
        assert!(failure.message.error.ends_with(&text), "{}", failure.message.error);
        assert!(scene.has_operator());
        assert_eq!(real.listed(), ["a/operator"]);
        scene.clear();
    });
}

#[test]
fn records_tell_what_a_release_defines_and_uses_and_the_api_what_is_left() {
    Real::with_both("ties", |real| {
        let scene = Scene::new(real, &[]);
        let releases = scene.releases();
        let contents = scene.contents(&releases);
        let ties = |place: usize| &contents[&releases[place].id].as_ref().expect("it can be read").crd_usage;
        let gadget = Known::Is([GroupKind::new("operator.example.com", "Gadget")].into());
        let nothing = Known::Is([].into());
        assert_eq!((&ties(0).defines, &ties(0).uses), (&gadget, &nothing), "from the chart's crds folder");
        assert_eq!((&ties(1).defines, &ties(1).uses), (&nothing, &gadget));
        let mut objects = ties(1).objects.as_known().expect("they were asked for").clone();
        objects.sort();
        assert_eq!(objects.len(), 2);
        let address = |api_version: &str, kind: &str, name: &str| ObjectRef {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: real.namespace("b"),
            name: name.to_owned(),
        };
        objects.extend([
            address("operator.example.com/v1", "Gadget", "another"),
            address("operator.example.com/v1", "Gizmo", "gadget"),
            address("nobody.example.com/v1", "Gadget", "gadget"),
            address("operator.example.com/v1beta1", "Gadget", "gadget"),
            address("v1", "ConfigMap", "a/b"),
            address("rbac.authorization.k8s.io/v1", "ClusterRole", "cluster-admin"),
        ]);
        let presence = scene.client.presence(&objects);
        let there = |place: usize| presence[place] == ObjectPresence::Exists;
        let gone = |place: usize| presence[place] == ObjectPresence::Gone;
        assert!(there(0) && there(1) && gone(2) && gone(3) && gone(4) && there(5) && there(7), "{presence:?}");
        assert!(matches!(presence[6], ObjectPresence::Unknown(_)), "{presence:?}");
        scene.clear();
    });
}

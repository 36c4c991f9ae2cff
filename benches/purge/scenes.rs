//! All comparisons, in their order.
//!
//! Must not run them.

use crate::arguments::Arguments;
use crate::cast::{Cast, Spread};
use crate::contestants::{Contestant, Way};
use crate::scene::Scene;
use crate::stage::Distance;

const DISTANCES: [Distance; 2] = [Distance::Loopback, Distance::Far];

/// The one that most targets are about.
pub(crate) const HUNDRED: Cast = Cast::seeded(100, 20, 1);

/// What is tried with the children's environment: what this program sets where nobody has set anything, and what Go does
/// on its own, in part and as a whole.
const ENVIRONMENTS: [&[(&str, &str)]; 6] = [
    &[],
    &[("GOGC", "100"), ("GOMAXPROCS", "2")],
    &[("GOGC", "100")],
    &[("GOMAXPROCS", "2")],
    &[("GOGC", "200")],
    &[("GOGC", "off"), ("GOMEMLIMIT", "256MiB")],
];
const NO_CACHE: &[(&str, &str)] = &[("KUBECACHEDIR", "/dev/null/nowhere")];

/// Those that are asked for.
pub(crate) fn wanted(arguments: &Arguments) -> Vec<Scene> {
    let all = match (arguments.experiment, arguments.quick) {
        (true, quick) => experiments(if quick { Cast::seeded(8, 2, 1) } else { HUNDRED }),
        (false, true) => quick(),
        (false, false) => everything(),
    };
    let mut wanted = all.into_iter().filter(|scene| arguments.wants(&scene.name())).collect::<Vec<_>>();
    for scene in &mut wanted {
        scene.rounds = arguments.rounds.unwrap_or(if arguments.quick { 1 } else { scene.rounds });
    }
    wanted
}

fn quick() -> Vec<Scene> {
    let small = Cast::seeded(8, 4, 2);
    let ways =
        vec![one(Way::Purge(4)), one(Way::Pool(5)), any([2, 4].map(Way::Xargs)), one(Way::Loop), one(Way::Library(4))];
    let mut scenes =
        DISTANCES.map(|distance| Scene { cast: small, distance, groups: ways.clone(), rounds: 1 }).to_vec();
    let both = vec![one(Way::Purge(16)), one(Way::Pool(5))];
    scenes.push(Scene { cast: Cast::Charts, distance: Distance::Loopback, groups: both, rounds: 1 });
    scenes
}

fn everything() -> Vec<Scene> {
    let mut scenes = Vec::new();
    for distance in DISTANCES {
        let few = [Way::Purge(16), Way::Pool(5), Way::Xargs(3), Way::Loop, Way::Library(3)].map(one).to_vec();
        scenes.push(Scene { cast: Cast::Charts, distance, groups: few, rounds: 7 });
    }
    for distance in DISTANCES {
        let groups = vec![
            one(Way::Purge(16)),
            one(Way::Pool(5)),
            any([4, 8, 16, 32].map(Way::Xargs)),
            one(Way::Loop),
            any([8, 16, 32].map(Way::Library)),
        ];
        scenes.push(Scene { cast: HUNDRED, distance, groups, rounds: 5 });
    }
    let rivals = [Way::Purge(16), Way::Pool(5), Way::Xargs(16), Way::Library(16)].map(one).to_vec();
    for cast in [Cast::seeded(100, 4, 1), Cast::seeded(100, 100, 1), Cast::seeded(100, 20, 10)] {
        scenes.push(Scene { cast, distance: Distance::Far, groups: rivals.clone(), rounds: 3 });
    }
    for distance in DISTANCES {
        let cast = Cast::seeded(500, 50, 1);
        scenes.push(Scene { cast, distance, groups: rivals.clone(), rounds: 2 });
    }
    scenes.extend(DISTANCES.map(|distance| {
        let groups = [1, 2, 4, 8, 16, 32].map(Way::Purge).map(one).to_vec();
        // Not the cast of the targets: the two would have the same name.
        Scene { cast: Cast::seeded(96, 16, 1), distance, groups, rounds: 2 }
    }));
    scenes
}

fn experiments(cast: Cast) -> Vec<Scene> {
    let mut scenes = Vec::new();
    for distance in DISTANCES {
        let with = |way| move |variables| vec![Contestant { way, variables }];
        let mut groups = ENVIRONMENTS.map(with(Way::Purge(16))).to_vec();
        groups.extend([&[][..], NO_CACHE].map(with(Way::Pool(5))));
        scenes.push(Scene { cast, distance, groups, rounds: 5 });
    }
    let Cast::Seeded { releases, namespaces, revisions, .. } = cast else { return scenes };
    for spread in [Spread::LargestFirst, Spread::LargestLast] {
        let cast = Cast::Seeded { releases, namespaces, revisions, spread };
        let groups = [4, 16].map(Way::Purge).map(one).to_vec();
        scenes.push(Scene { cast, distance: Distance::Far, groups, rounds: 5 });
    }
    // One namespace for each release: nothing but the workers limits how many requests there are at once.
    let cast = Cast::seeded(releases, releases, revisions);
    let groups = [8, 16, 32, 64].map(Way::Purge).map(one).to_vec();
    scenes.extend(DISTANCES.map(|distance| Scene { cast, distance, groups: groups.clone(), rounds: 3 }));
    scenes
}

fn one(way: Way) -> Vec<Contestant> {
    vec![way.into()]
}

fn any<const COUNT: usize>(ways: [Way; COUNT]) -> Vec<Contestant> {
    ways.map(Contestant::from).to_vec()
}

//! Three machines that write logs, enter tokens and send each other their exports, in any order.

use std::{collections::BTreeMap, fs};

use proptest::prelude::*;
use tempfile::TempDir;
use usage::{Home, reader::kept, report::Sum};

use super::*;
use crate::{
    book::{
        Import, Mode,
        portable::{Export, Git},
    },
    command::branch::{export::document, fit},
};

const REPOSITORY: &str = "github.com/acme/shop";
const BRANCHES: [&str; 2] = ["main", "topic"];
const MACHINES: usize = 3;

/// Tokens and cost.
type Figures = (Tokens, i64);

struct Machine {
    home: TempDir,
    checkout: Checkout,
}

#[derive(Clone, Debug)]
enum Step {
    /// A response in the log of a machine; the same number is the same response on every machine.
    Logged {
        machine: usize,
        response: u8,
        output: u8,
    },
    Entered {
        machine: usize,
        entry: u8,
        branch: usize,
    },
    Sent {
        from: usize,
        to: usize,
    },
}

impl Machine {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("work/shop");
        Self {
            checkout: Checkout::of_test(REPOSITORY, &root, "main"),
            home,
        }
    }

    fn engine(&self) -> Engine {
        Engine {
            home: Home::at(self.home.path()),
            clients: Client::ALL.to_vec(),
            cache_dir: Some(self.home.path().join("cache")),
        }
    }

    fn book(&self) -> Book {
        Book::open(&kept::path(&self.engine().home)).unwrap()
    }

    fn log(&self, response: u8, output: u8) {
        let folder = self.home.path().join(".claude/projects/shop");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("s.jsonl");
        let before = fs::read_to_string(&file).unwrap_or_default();
        let line = serde_json::json!({
            "type": "assistant", "timestamp": "2026-06-01T12:00:00Z", "sessionId": "s",
            "cwd": self.home.path().join("work/shop"), "gitBranch": BRANCHES[usize::from(response) % 2],
            "requestId": format!("r{response}"),
            "message": {"id": format!("m{response}"), "model": "claude-sonnet-4-5", "usage": {
                "input_tokens": 10, "output_tokens": output}}
        });
        fs::write(file, format!("{before}{line}\n")).unwrap();
    }

    fn enter(&self, entry: u8, branch: usize) {
        let row = Row {
            id: format!("entry-{entry}"),
            client: Client::Manual,
            at: "2026-06-01T12:00:00Z".parse().unwrap(),
            origin: Origin::Manual,
            repository: Some(REPOSITORY.into()),
            branch: Some(BRANCHES[branch].into()),
            model: None,
            provider: None,
            session: None,
            note: Some("by hand".into()),
            input_tokens: 1000 + u64::from(entry),
            output_tokens: 0,
            cache_read_tokens: 0,
            cache_write_tokens: 0,
            cache_write_1h_tokens: 0,
            reasoning_tokens: 0,
            web_searches: 0,
            flags: Vec::new(),
            charged_nano_usd: None,
        };
        self.book().add(&[row]).unwrap();
    }

    fn export(&self) -> Vec<u8> {
        let rows = self.rows();
        serde_json::to_vec(&document(Git::default(), None, fit::rows(rows)).unwrap()).unwrap()
    }

    fn import(&self, bytes: &[u8]) {
        let export = Export::parse(bytes, Timestamp::now()).unwrap();
        let import = Import {
            rows: &export.rows,
            name: "f.json",
            sha256: "",
            repository: None,
            branch: None,
            machine: None,
        };
        self.book().import(&[import], Mode::Merge).unwrap();
    }

    fn rows(&self) -> Vec<Priced> {
        gather(&self.engine(), Some(&self.book()), &self.checkout, false)
            .unwrap()
            .rows
    }

    /// Tokens and cost of each branch, and those of everything that reports show.
    fn totals(&self) -> (BTreeMap<Option<String>, Figures>, Figures) {
        let rows = self.rows();
        let branches = group(&rows, |row| row.branch.clone());
        let branches = branches
            .into_iter()
            .map(|(branch, sums)| (branch, (sums.tokens, sums.cost_nano_usd)));
        let scan = self.engine().scan();
        let sum = Sum::of(&scan.fold, scan.fold.cells.iter());
        (branches.collect(), (sum.tokens, sum.cost_nano_usd))
    }
}

fn step() -> impl Strategy<Value = Step> {
    let machine = 0..MACHINES;
    prop_oneof![
        3 => (machine.clone(), 0..6u8, 1..100u8)
            .prop_map(|(machine, response, output)| Step::Logged { machine, response, output }),
        2 => (machine.clone(), 0..BRANCHES.len())
            .prop_map(|(machine, branch)| Step::Entered { machine, entry: 0, branch }),
        4 => (machine.clone(), machine).prop_map(|(from, to)| Step::Sent { from, to }),
    ]
}

/// What every machine should say in the end, worked out without any of this code: each response as
/// full as its fullest telling, each entry once.
fn expected(steps: &[Step]) -> u64 {
    let mut responses: BTreeMap<u8, u64> = BTreeMap::new();
    let mut entries = 0;
    for step in steps {
        match step {
            Step::Logged { response, output, .. } => {
                let fullest = responses.entry(*response).or_default();
                *fullest = (*fullest).max(10 + u64::from(*output));
            }
            Step::Entered { entry, .. } => entries += 1000 + u64::from(*entry),
            Step::Sent { .. } => {}
        }
    }
    responses.values().sum::<u64>() + entries
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn exports_that_go_around_in_any_order_give_every_machine_the_same_totals(
        mut steps in prop::collection::vec(step(), 1..14),
        last in Just(vec![(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]).prop_shuffle(),
    ) {
        for (step, number) in steps.iter_mut().zip(0..) {
            if let Step::Entered { entry, .. } = step {
                *entry = number;
            }
        }
        let machines: Vec<Machine> = (0..MACHINES).map(|_| Machine::new()).collect();
        for step in &steps {
            match step {
                Step::Logged { machine, response, output } => machines[*machine].log(*response, *output),
                Step::Entered { machine, entry, branch } => machines[*machine].enter(*entry, *branch),
                Step::Sent { from, to } => machines[*to].import(&machines[*from].export()),
            }
        }
        // Everybody sends once to everybody, twice around, so that no order leaves one behind.
        for (from, to) in last.iter().chain(&last) {
            machines[*to].import(&machines[*from].export());
        }
        let totals: Vec<_> = machines.iter().map(Machine::totals).collect();
        prop_assert_eq!(&totals[0], &totals[1]);
        prop_assert_eq!(&totals[1], &totals[2]);
        let (branches, (all, cost)) = &totals[0];
        prop_assert_eq!(all.total(), expected(&steps));
        prop_assert_eq!(branches.values().map(|(tokens, _)| tokens.total()).sum::<u64>(), all.total());
        prop_assert_eq!(branches.values().map(|(_, cost)| cost).sum::<i64>(), *cost);
    }
}

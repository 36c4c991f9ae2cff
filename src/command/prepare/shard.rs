//! Which part of the fence is this process's.

use crate::cli::ShardArguments;
use crate::command::CommandError;
use crate::sanitize;
use crate::settings::Environment;
use crate::shard::Shard;

const HINT: &str = "in a pod of an Indexed Job it is there by itself; by hand, say --shard 3/16, counted from 1";

/// All of it, where nobody shares the work.
pub(in crate::command) fn shard(
    arguments: &ShardArguments,
    environment: &Environment,
) -> Result<Option<Shard>, CommandError> {
    match (arguments.shard, arguments.shards) {
        (None, None) => Ok(None),
        (Some(shard), Some(of)) if shard.of() != of => Err(CommandError::usage(
            format!("--shard {shard} and --shards {of} say different things"),
            "leave one of them away",
        )),
        (Some(shard), _) => Ok(Some(shard)),
        (None, Some(of)) => {
            let Some(text) = &environment.completion_index else {
                return Err(CommandError::usage(
                    format!("of {of} shards, none is this one: JOB_COMPLETION_INDEX is not set"),
                    HINT,
                ));
            };
            let index = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            let Some(index) = index.and_then(|text| text.parse().ok()) else {
                let text = sanitize::quoted(text);
                return Err(CommandError::usage(
                    format!("JOB_COMPLETION_INDEX is {text}, which is no number of a pod"),
                    HINT,
                ));
            };
            let beyond = |error| {
                let hint = format!("let the Job have as many completions as there are shards, {of}");
                CommandError::usage(format!("JOB_COMPLETION_INDEX is {index}, counted from 0: {error}"), hint)
            };
            Shard::of_index(index, of).map(Some).map_err(beyond)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(shards: Option<u32>, shard: Option<&str>, index: Option<&str>) -> Result<Option<String>, String> {
        let shards = shards.and_then(std::num::NonZeroU32::new);
        let arguments = ShardArguments { shards, shard: shard.map(|text| text.parse().expect("a shard")) };
        let environment = Environment { completion_index: index.map(str::to_owned), ..Environment::default() };
        let found = super::shard(&arguments, &environment);
        found.map(|found| found.map(|shard| shard.to_string())).map_err(|stopped| format!("{stopped:?}"))
    }

    #[test]
    fn a_pod_of_an_indexed_job_takes_the_shard_after_its_index_and_a_shard_that_is_named_wins() {
        assert_eq!(of(None, None, Some("3")), Ok(None), "nobody asked for a part");
        assert_eq!(of(Some(16), None, Some("0")), Ok(Some("1/16".to_owned())));
        assert_eq!(of(Some(16), None, Some("15")), Ok(Some("16/16".to_owned())));
        assert_eq!(of(None, Some("3/16"), Some("9")), Ok(Some("3/16".to_owned())));
        assert_eq!(of(Some(16), Some("3/16"), Some("9")), Ok(Some("3/16".to_owned())));
    }

    #[test]
    fn a_part_that_cannot_be_told_is_an_error_and_never_all_of_it() {
        for (shards, shard, index) in [
            (16, None, None),
            (16, None, Some("16")),
            (16, None, Some("4294967295")),
            (16, None, Some("99999999999")),
            (16, None, Some("-1")),
            (16, None, Some("+1")),
            (16, None, Some("one")),
            (8, Some("3/16"), Some("3")),
        ] {
            assert!(of(Some(shards), shard, index).is_err(), "{shards} {shard:?} {index:?}");
        }
    }
}

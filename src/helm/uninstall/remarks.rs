//! What helm says of one release besides that it is uninstalled.

/// The lines before a release's own, as many as anybody will read.
#[derive(Debug, Default)]
pub(super) struct Remarks(Vec<String>);

impl Remarks {
    const MOST: usize = 1000;

    pub(super) fn add(&mut self, line: &str) {
        if self.0.len() < Self::MOST {
            self.0.push(line.to_owned());
        }
    }

    /// Tells the list of objects that Helm left behind, as `[Kind] name`, from anything else it said.
    pub(super) fn told_apart(&mut self) -> (Vec<String>, Vec<String>) {
        let mut left_behind = Vec::new();
        let mut remarks = Vec::new();
        let mut in_list = false;
        for line in std::mem::take(&mut self.0) {
            match line.as_str() {
                "These resources were kept due to the resource policy:" => in_list = true,
                "" => in_list = false,
                object if in_list && object.starts_with('[') => left_behind.push(line),
                _ => remarks.push(line),
            }
        }
        (left_behind, remarks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_left_by_policy_and_other_remarks_are_told_apart() {
        let mut remarks = Remarks::default();
        for line in
            ["[x] y", "These resources were kept due to the resource policy:", "[ConfigMap] c-kept", "", "by the way"]
        {
            remarks.add(line);
        }
        let expected = (vec!["[ConfigMap] c-kept".to_owned()], vec!["[x] y".to_owned(), "by the way".to_owned()]);
        assert_eq!(remarks.told_apart(), expected);
        assert_eq!(remarks.told_apart(), (vec![], vec![]), "what was told of one release is not told of the next");
    }

    #[test]
    fn of_endless_remarks_the_first_are_kept() {
        let mut remarks = Remarks::default();
        (0..100_000).for_each(|number| remarks.add(&number.to_string()));
        assert_eq!(remarks.told_apart().1.len(), Remarks::MOST);
    }
}

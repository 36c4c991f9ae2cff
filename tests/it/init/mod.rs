//! `init`: the policy that is proposed for a cluster.

mod cluster_proposals;

//! deploy/container, deploy/cronjob and deploy/chart: the image's root file system with the program in it, and what the
//! API server and both versions of Helm say to the manifests.
//!
//! No container engine is needed: a pod is made with namespaces of users and mounts. Where a system lets nobody have those
//! these tests run nothing, and say so on stderr with what to switch on.

mod cluster_chart;
mod cluster_chart_rights;
mod cluster_cronjob;
mod cluster_image;
mod cluster_indexed_job;
mod cluster_static_binary;
mod cluster_times;
mod dockerfile;
mod objects;
mod pod;
mod root;

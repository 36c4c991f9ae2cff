//! The throwaway cluster against itself: what other tests rely on.
//!
//! One binary and one shared cluster; only what ends a cluster, or needs two, starts its own.

mod access;
mod accounts;
mod charts;
mod custom;
mod damage;
mod ends;
mod parts;
mod pods;
mod proxy;
mod reach;
mod relay;
mod seeds;
mod shared;

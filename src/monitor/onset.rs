//! Where in a window growth began. A window that reaches back further than the growth does would make it look older
//! than it is, and hide that it bends: a cache that starts to fill after an hour of rest is a hockey stick.
//!
//! Isotonic regression (pool adjacent violators, Ayer et al. 1955): the rising curve nearest to the points, by
//! least squares. Growth began where that curve leaves its foot.

use super::history::Point;

/// The foot of the curve: this share of its rise.
const FOOT: f64 = 0.1;
/// A straight line leaves its foot after that share of the window; only clearly later is an onset.
const CLEARLY: f64 = 0.2;

/// The index of the last point before growth began; 0 when it is as old as the window, or there is none.
pub fn onset(points: &[Point]) -> usize {
    let rising = isotonic(points);
    let (Some(&first), Some(&last)) = (rising.first(), rising.last()) else { return 0 };
    let foot = first + FOOT * (last - first);
    let beyond = rising.partition_point(|&level| level <= foot);
    let start = beyond.saturating_sub(1);
    if start as f64 > CLEARLY * points.len() as f64 { start } else { 0 }
}

fn isotonic(points: &[Point]) -> Vec<f64> {
    // Blocks of equal level: their mean and how many points they hold.
    let mut blocks: Vec<(f64, usize)> = Vec::with_capacity(points.len());
    for point in points {
        let (mut mean, mut count) = (point.bytes, 1);
        while let Some(&(before, n)) = blocks.last()
            && before >= mean
        {
            mean = (before * n as f64 + mean * count as f64) / (n + count) as f64;
            count += n;
            blocks.pop();
        }
        blocks.push((mean, count));
    }
    blocks.into_iter().flat_map(|(mean, count)| std::iter::repeat_n(mean, count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(bytes: impl Fn(usize) -> f64) -> Vec<Point> {
        (0..48).map(|i| Point { at_ms: i as u64 * 1000, bytes: bytes(i), load: f64::NAN }).collect()
    }

    #[test]
    fn a_line_began_before_the_window() {
        assert_eq!(onset(&points(|i| i as f64)), 0);
        assert_eq!(onset(&points(|i| i as f64 + [0.0, 3.0, -2.0][i % 3])), 0);
    }

    #[test]
    fn growth_after_rest_began_where_the_rest_ends() {
        let at = onset(&points(|i| (i as f64 - 24.0).max(0.0) + [0.0, 0.5, -0.5][i % 3]));
        assert!((22..=28).contains(&at), "{at}");
    }

    #[test]
    fn what_does_not_grow_has_no_onset() {
        assert_eq!(onset(&points(|_| 5.0)), 0);
        assert_eq!(onset(&[]), 0);
    }

    #[test]
    fn pooling_keeps_the_mean_and_rises() {
        let wild = points(|i| ((i * 7919) % 48) as f64);
        let rising = isotonic(&wild);
        assert!(rising.windows(2).all(|pair| pair[0] <= pair[1]));
        let sum: f64 = wild.iter().map(|point| point.bytes).sum();
        assert!((rising.iter().sum::<f64>() - sum).abs() < 1e-6);
    }
}

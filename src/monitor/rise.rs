//! When growth within a window began, and for how long it went on. A window that reaches back further than the growth
//! does would make it look older than it is, and hide that it bends: a cache that starts to fill after an hour of
//! rest is a hockey stick. A window that reaches beyond its end would do the same.
//!
//! Isotonic regression (pool adjacent violators, Ayer et al. 1955): the rising curve nearest to the points, by
//! least squares. Growth is where that curve is neither at its foot nor at its head.

use super::history::Point;

/// The foot and the head of the curve: this share of its rise each.
const END: f64 = 0.1;
/// A straight line leaves its foot after a tenth of the window; only clearly later is an onset.
const CLEARLY: f64 = 0.2;

/// The index of the last point before growth began; 0 when it is as old as the window, or there is none.
pub fn onset(points: &[Point]) -> usize {
    let start = foot(&isotonic(points)).unwrap_or(0);
    if start as f64 > CLEARLY * points.len() as f64 { start } else { 0 }
}

/// For how long it grew, milliseconds: the time from foot to head, and as much for both ends as a straight line takes.
pub fn lasted_ms(points: &[Point]) -> f64 {
    let rising = isotonic(points);
    let falling: Vec<f64> = rising.iter().rev().map(|level| -level).collect();
    let (Some(from), Some(from_end)) = (foot(&rising), foot(&falling)) else { return 0.0 };
    match (points.get(from), points.iter().rev().nth(from_end)) {
        (Some(from), Some(to)) => to.at_ms.saturating_sub(from.at_ms) as f64 / (1.0 - 2.0 * END),
        _ => 0.0,
    }
}

/// The last index at which a rising curve is still at its foot; `None` if it does not rise.
fn foot(rising: &[f64]) -> Option<usize> {
    let (&first, &last) = (rising.first()?, rising.last()?);
    if last <= first {
        return None;
    }
    let end = first + END * (last - first);
    Some(rising.partition_point(|&level| level <= end).saturating_sub(1))
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
    fn a_line_began_before_the_window_and_goes_on() {
        for noise in [[0.0, 0.0, 0.0], [0.0, 3.0, -2.0]] {
            let line = points(|i| i as f64 + noise[i % 3]);
            assert_eq!(onset(&line), 0);
            let lasted = lasted_ms(&line);
            assert!((40_000.0..=56_000.0).contains(&lasted), "{lasted}");
        }
    }

    #[test]
    fn growth_after_rest_began_where_the_rest_ends() {
        let at = onset(&points(|i| (i as f64 - 24.0).max(0.0) + [0.0, 0.5, -0.5][i % 3]));
        assert!((22..=28).contains(&at), "{at}");
    }

    #[test]
    fn a_ramp_lasts_as_long_as_it_rises() {
        let lasted = lasted_ms(&points(|i| (i as f64 - 8.0).clamp(0.0, 20.0) + [0.0, 0.5, -0.5][i % 3]));
        assert!((16_000.0..=26_000.0).contains(&lasted), "{lasted}");
    }

    #[test]
    fn what_does_not_grow_has_no_onset() {
        assert_eq!(onset(&points(|_| 5.0)), 0);
        assert_eq!((onset(&[]), lasted_ms(&[])), (0, 0.0));
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

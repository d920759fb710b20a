//! Trends over rounds: does a number grow with the work done?
//!
//! In: one value per capture and the iterations between captures. Out: [`Trend`], a slope per iteration and
//! what shape the growth has. The slope is Theil–Sen's (the median of all pairwise slopes; Sen 1968), which
//! one odd round cannot move; r² is that of the least-squares line.
//!
//! A straight line fitted to a warm-up has a fine r² too, so the shape decides: a leak grows in every round
//! at about the same rate, a warm-up or a cache that fills up grows ever slower, a backlog falls when the
//! load stops.

/// When the captures were taken, on an axis of iterations.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// For each capture under load, its index and the iterations done before it since the first capture.
    load: Vec<(usize, f64)>,
    /// The capture after the load had stopped.
    cool_down: Option<usize>,
}

impl Schedule {
    /// `rounds[i]` is (iterations since capture `i - 1`, whether capture `i` is the cool-down).
    /// A round without iterations counts as one, so that captures always have distinct places.
    pub fn new(rounds: &[(u64, bool)]) -> Self {
        let mut done = 0.0;
        let mut load = Vec::with_capacity(rounds.len());
        let mut cool_down = None;
        for (capture, &(iterations, cools)) in rounds.iter().enumerate() {
            if cools {
                cool_down = Some(capture);
                continue;
            }
            if !load.is_empty() {
                done += iterations.max(1) as f64;
            }
            load.push((capture, done));
        }
        Self { load, cool_down }
    }

    /// Captures under load.
    pub fn captures(&self) -> usize {
        self.load.len()
    }

    /// Iterations between the first and the last capture under load.
    pub fn iterations(&self) -> f64 {
        self.load.last().map_or(0.0, |&(_, x)| x)
    }

    /// Growth per iteration in each round, of those in which `values` are known at both ends.
    pub fn rates(&self, values: &[Option<u64>]) -> Vec<f64> {
        let at = |capture: usize| values.get(capture).copied().flatten().map(|value| value as f64);
        self.load
            .windows(2)
            .filter_map(|pair| Some((at(pair[1].0)? - at(pair[0].0)?) / (pair[1].1 - pair[0].1).max(1.0)))
            .collect()
    }

    /// The index of the capture after the load had stopped.
    pub fn cool_down(&self) -> Option<usize> {
        self.cool_down
    }

    /// The index of the last capture under load.
    pub fn last_load(&self) -> Option<usize> {
        self.load.last().map(|&(capture, _)| capture)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// No growth, or falling.
    Flat,
    /// Grows in every round, at about the same rate.
    Growing,
    /// Grows, but ever slower: a warm-up, or a bounded cache that fills up.
    Saturating,
    /// Never falls and grew in several rounds, but not in every one: something big now and then.
    Stepwise,
    /// Goes up and down, or grew in one round only.
    Erratic,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Units per iteration.
    pub slope: f64,
    pub r2: f64,
    pub shape: Shape,
    /// Last value under load minus the first.
    pub total: f64,
    /// Part of `total` that was gone at the cool-down, 0 to 1; `None` without a cool-down or without growth.
    pub drained: Option<f64>,
}

impl Trend {
    pub const FLAT: Self = Self { slope: 0.0, r2: 0.0, shape: Shape::Flat, total: 0.0, drained: None };

    /// Growth of which most was gone once the load stopped.
    pub fn is_backlog(&self) -> bool {
        self.total > 0.0 && self.drained.is_some_and(|part| part >= 0.5)
    }
}

/// A round counts as slower than the others below this part of the median rate.
const SLOW: f64 = 0.4;

/// The trend of `values`, one per capture of the schedule. A missing value is a capture that did not record
/// this series; the trend is then taken over the others.
pub fn trend(schedule: &Schedule, values: &[Option<f64>]) -> Trend {
    let mut points: [(f64, f64); 32] = [(0.0, 0.0); 32];
    let mut used = 0;
    // More than 32 captures: the latest 32 tell.
    let skip = schedule.load.len().saturating_sub(points.len());
    for &(capture, x) in &schedule.load[skip..] {
        if let Some(y) = values.get(capture).copied().flatten() {
            points[used] = (x, y);
            used += 1;
        }
    }
    let points = &points[..used];
    let (Some(&(_, first)), Some(&(_, last))) = (points.first(), points.last()) else { return Trend::FLAT };
    let total = last - first;
    let drained = (total > 0.0)
        .then(|| schedule.cool_down.and_then(|at| values.get(at).copied().flatten()))
        .flatten()
        .map(|after| ((last - after) / total).clamp(0.0, 1.0));
    Trend { slope: theil_sen(points), r2: r_squared(points), shape: shape(points), total, drained }
}

/// The median of the slopes between all pairs of points.
pub fn theil_sen(points: &[(f64, f64)]) -> f64 {
    let mut slopes = Vec::with_capacity(points.len() * points.len().saturating_sub(1) / 2);
    for (i, &(x0, y0)) in points.iter().enumerate() {
        for &(x1, y1) in &points[i + 1..] {
            if x1 > x0 {
                slopes.push((y1 - y0) / (x1 - x0));
            }
        }
    }
    median(&mut slopes).unwrap_or(0.0)
}

/// The square of Pearson's correlation; 1 for two points, 0 for a constant.
pub fn r_squared(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    if points.len() < 2 {
        return 0.0;
    }
    let (mean_x, mean_y) =
        (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut sxx, mut sxy, mut syy) = (0.0, 0.0, 0.0);
    for &(x, y) in points {
        sxx += (x - mean_x) * (x - mean_x);
        sxy += (x - mean_x) * (y - mean_y);
        syy += (y - mean_y) * (y - mean_y);
    }
    if sxx == 0.0 || syy == 0.0 { 0.0 } else { (sxy * sxy / (sxx * syy)).min(1.0) }
}

fn shape(points: &[(f64, f64)]) -> Shape {
    let rates: Vec<f64> = points.windows(2).map(|w| (w[1].1 - w[0].1) / (w[1].0 - w[0].0)).collect();
    let total: f64 = points.windows(2).map(|w| w[1].1 - w[0].1).sum();
    if rates.is_empty() || total <= 0.0 {
        return Shape::Flat;
    }
    // One round may stand still or fall when there are many: a collection that came late.
    let standing = rates.iter().filter(|&&rate| rate <= 0.0).count();
    let allowed = if rates.len() >= 6 { 1 } else { 0 };
    if rates.len() == 1 {
        return Shape::Growing;
    }
    let mut sorted = rates.clone();
    let typical = median(&mut sorted).unwrap_or(0.0);
    let late = mean(&rates[rates.len() - rates.len().div_ceil(3)..]);
    let early = mean(&rates[..rates.len().div_ceil(3)]);
    if early > 0.0 && late < SLOW * early {
        return Shape::Saturating;
    }
    let peak = rates.iter().copied().fold(0.0, f64::max);
    if standing > allowed {
        let rises = rates.iter().filter(|&&rate| rate > 0.0).count();
        let falls = rates.iter().any(|&rate| rate < 0.0);
        let spread = peak <= 0.67 * rates.iter().sum::<f64>();
        return if rises >= 2 && !falls && spread { Shape::Stepwise } else { Shape::Erratic };
    }
    // All the growth in one round is an event, not a trend.
    if typical <= 0.0 || peak > 0.85 * rates.iter().filter(|r| **r > 0.0).sum::<f64>() {
        return Shape::Erratic;
    }
    Shape::Growing
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

pub fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let mid = values.len() / 2;
    Some(if values.len() % 2 == 1 { values[mid] } else { (values[mid - 1] + values[mid]) / 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn over(values: &[f64]) -> Trend {
        let rounds: Vec<_> = values.iter().map(|_| (100, false)).collect();
        trend(&Schedule::new(&rounds), &values.iter().map(|v| Some(*v)).collect::<Vec<_>>())
    }

    #[test]
    fn one_object_per_iteration_is_growing_by_one() {
        let t = over(&[40.0, 140.0, 240.0, 340.0]);
        assert_eq!((t.slope, t.r2, t.shape, t.total), (1.0, 1.0, Shape::Growing, 300.0));
    }

    #[test]
    fn a_warm_up_has_a_fine_line_and_is_not_growing() {
        let t = over(&[0.0, 100.0, 150.0, 175.0, 187.0]);
        assert!(t.r2 > 0.8);
        assert_eq!(t.shape, Shape::Saturating);
    }

    #[test]
    fn a_single_step_is_an_event() {
        assert_eq!(over(&[5.0, 5.0, 905.0, 906.0]).shape, Shape::Erratic);
        assert_eq!(over(&[5.0, 5.0, 5.0]).shape, Shape::Flat);
        assert_eq!(over(&[5.0, 4.0, 3.0]).shape, Shape::Flat);
        assert_eq!(over(&[5.0, 9.0, 7.0, 11.0]).shape, Shape::Erratic);
    }

    #[test]
    fn one_now_and_then_is_stepwise() {
        assert_eq!(over(&[0.0, 0.0, 1.0, 1.0, 2.0]).shape, Shape::Stepwise);
        assert_eq!(over(&[0.0, 1.0, 1.0, 1.0, 1.0]).shape, Shape::Saturating);
        assert_eq!(over(&[1.0, 2.0, 1.0, 3.0, 3.0]).shape, Shape::Erratic);
    }

    #[test]
    fn growth_that_falls_at_the_cool_down_is_a_backlog() {
        let schedule = Schedule::new(&[(50, false), (100, false), (100, false), (0, true)]);
        let t = trend(&schedule, &[Some(10.0), Some(110.0), Some(210.0), Some(12.0)]);
        assert!(t.is_backlog());
        assert_eq!((t.slope, t.shape), (1.0, Shape::Growing));
        let kept = trend(&schedule, &[Some(10.0), Some(110.0), Some(210.0), Some(210.0)]);
        assert!(!kept.is_backlog());
    }

    #[test]
    fn uneven_rounds_are_measured_per_iteration() {
        let schedule = Schedule::new(&[(7, false), (100, false), (400, false)]);
        let t = trend(&schedule, &[Some(0.0), Some(200.0), Some(1000.0)]);
        assert_eq!((t.slope, t.shape), (2.0, Shape::Growing));
    }

    #[test]
    fn a_capture_without_the_series_is_left_out() {
        let schedule = Schedule::new(&[(1, false), (10, false), (10, false), (10, false)]);
        let t = trend(&schedule, &[None, Some(10.0), Some(20.0), Some(30.0)]);
        assert_eq!((t.slope, t.total), (1.0, 20.0));
    }

    proptest! {
        #[test]
        fn one_outlier_does_not_move_the_slope_beyond_the_others(
            slope in 0.1..100.0f64, at in 0usize..9, outlier in -1e6..1e6f64
        ) {
            let mut points: Vec<(f64, f64)> = (0..9).map(|i| (i as f64, slope * i as f64)).collect();
            points[at].1 = outlier;
            prop_assert!((theil_sen(&points) - slope).abs() < 1e-6 * slope.max(1.0));
        }

        #[test]
        fn r_squared_is_a_share(values in proptest::collection::vec(-1e9..1e9f64, 0..20)) {
            let points: Vec<(f64, f64)> = values.iter().enumerate().map(|(i, v)| (i as f64, *v)).collect();
            let r2 = r_squared(&points);
            prop_assert!((0.0..=1.0).contains(&r2));
        }
    }
}

//! What one stretch of a floor series says: how fast it rises, how sure that is, whether the rise is steady or
//! bending towards a plateau, and how much of it a rising load explains.

use super::history::Point;
use super::mann_kendall;
use super::rise;
use super::theil_sen;

/// Below this, neither estimator has anything to say.
pub const MIN_POINTS: usize = 8;

/// Load is measured with noise, so what it explains is taken a little larger.
const MARGIN: f64 = 1.5;

/// Evidence from one window. Rates are bytes per millisecond, amounts bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    pub span_ms: f64,
    /// For how much of it there was growth.
    pub lasted_ms: f64,
    pub points: usize,
    /// Theil–Sen.
    pub slope: f64,
    /// Level of the line at the end of the window.
    pub level: f64,
    /// Robust standard deviation around the line.
    pub noise: f64,
    /// Mann–Kendall, autocorrelation taken into account.
    pub p_rising: f64,
    pub p_falling: f64,
    /// Number of independent points the window is worth.
    pub effective_n: f64,
    /// Rise over the window, after what the load explains was taken off. May be negative.
    pub excess: f64,
    /// Smallest of the three rises between the medians of the four quarters, as a share of their mean: 1 for
    /// a straight line, 0 or less for a step or a wave. NaN when the mean is not positive.
    pub steadiness: f64,
    /// Slope of the second half over slope of the first: 1 for a line, below 1 for a curve that flattens out.
    pub bend: f64,
    /// Standard error of `bend`.
    pub bend_error: f64,
    /// Standard error of `slope`.
    pub slope_error: f64,
    /// Growth has stopped: the last quarter rises at less than half the rate of the whole, beyond doubt.
    pub stalled: bool,
    /// Slope of the second half.
    pub late_slope: f64,
    /// Where a flattening curve is heading, bytes; infinite when it does not flatten.
    pub plateau: f64,
    /// Highest over lowest of the median loads of the four quarters, 1 when the load is unknown; a load that
    /// falls while memory rises counts as steady.
    pub load_change: f64,
}

impl Evidence {
    /// Mean slope over the last `span_ms` of this window, if it approaches its plateau exponentially: with
    /// `bend` as the factor per half window, the rate of decay is `-ln(bend)` per half.
    pub fn slope_ahead(&self, span_ms: f64) -> f64 {
        if self.bend <= 0.0 || self.bend >= 1.0 {
            return self.late_slope;
        }
        let half = self.span_ms / 2.0;
        let decay = -self.bend.ln() / half;
        let at_end = self.late_slope * half * decay * self.bend / (1.0 - self.bend);
        at_end * (decay * span_ms).exp_m1() / (decay * span_ms)
    }
}

/// `peak_load` is the highest load ever seen; a tenth of it is the size below which loads count as alike.
/// `None` if there are too few points.
pub fn examine(points: &[Point], peak_load: f64) -> Option<Evidence> {
    if points.len() < MIN_POINTS {
        return None;
    }
    let start = points[0].at_ms;
    let xy: Vec<(f64, f64)> = points.iter().map(|p| ((p.at_ms - start) as f64, p.bytes)).collect();
    let span_ms = xy[xy.len() - 1].0;
    if span_ms <= 0.0 {
        return None;
    }
    let line = theil_sen::fit(&xy)?;
    let trend = mann_kendall::test(&xy)?;

    let middle = xy.len() / 2;
    let first = theil_sen::fit(&xy[..middle])?;
    let second = theil_sen::fit(&xy[middle..])?;
    let half = span_ms / 2.0;
    // Error of a slope over `half` from noise around it: sigma * sqrt(12 / n) / length. The noise is taken around
    // the two half lines: around the one line, the bend itself would count as noise.
    let noise = f64::midpoint(first.noise, second.noise);
    let slope_error = noise * (12.0 / middle as f64).sqrt() / half;
    let (bend, bend_error) = if first.slope > 0.0 {
        let bend = second.slope / first.slope;
        (bend, slope_error / first.slope * (1.0 + bend * bend).sqrt())
    } else {
        (f64::INFINITY, f64::INFINITY)
    };
    let level = line.intercept + line.slope * span_ms;
    // A curve that approaches its plateau exponentially gains `bend` times as much in each further half window.
    let plateau = if bend < 1.0 && bend > 0.0 {
        level + second.slope * half * bend / (1.0 - bend)
    } else if bend <= 0.0 {
        level
    } else {
        f64::INFINITY
    };

    let last = theil_sen::fit(&xy[xy.len() * 3 / 4..]);
    let stalled = last.is_some_and(|last| {
        let error = last.noise.max(noise) * (48.0 / xy.len() as f64).sqrt() / (span_ms / 4.0);
        last.slope + 1.645 * error < 0.5 * line.slope
    });

    let load = quarters(points, |p| p.load);
    let (load_change, explained) = load_effect(points, &load, peak_load, xy[0].1.max(line.intercept));
    Some(Evidence {
        span_ms,
        lasted_ms: rise::lasted_ms(points).min(span_ms),
        points: points.len(),
        slope: line.slope,
        level,
        noise: line.noise,
        p_rising: trend.p_rising,
        p_falling: trend.p_falling(),
        effective_n: trend.effective_n,
        excess: line.slope * span_ms - explained,
        steadiness: steadiness(quarters(points, |p| p.bytes)),
        bend,
        bend_error,
        slope_error: noise * (12.0 / xy.len() as f64).sqrt() / span_ms,
        stalled,
        late_slope: second.slope,
        plateau,
        load_change,
    })
}

/// How far the medians of the quarters lie apart, bytes: a cheap look that spares the full one for what is flat.
pub fn moved(points: &[Point]) -> f64 {
    let medians = quarters(points, |p| p.bytes);
    let highest = medians.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    highest - medians.iter().copied().fold(f64::INFINITY, f64::min)
}

/// For each quarter of the points, the median of `value`; NaN where nothing was measured.
fn quarters(points: &[Point], value: impl Fn(&Point) -> f64) -> [f64; 4] {
    let n = points.len();
    std::array::from_fn(|q| {
        let part = &points[q * n / 4..(q + 1) * n / 4];
        let mut values: Vec<f64> = part.iter().map(&value).filter(|v| v.is_finite()).collect();
        theil_sen::median(&mut values).unwrap_or(f64::NAN)
    })
}

fn steadiness(medians: [f64; 4]) -> f64 {
    let rises = [medians[1] - medians[0], medians[2] - medians[1], medians[3] - medians[2]];
    let mean = (medians[3] - medians[0]) / 3.0;
    if mean <= 0.0 {
        return f64::NAN;
    }
    rises.into_iter().fold(f64::INFINITY, f64::min) / mean
}

/// How much the load changed, and how many bytes of growth it can explain at most: live memory is taken to grow
/// no faster than in proportion to the load, which is the most that per-request and per-session state can do.
fn load_effect(points: &[Point], medians: &[f64; 4], peak_load: f64, first_level: f64) -> (f64, f64) {
    if medians.iter().any(|m| m.is_nan()) {
        return (1.0, 0.0);
    }
    let alike = (peak_load / 10.0).max(f64::MIN_POSITIVE);
    let [lowest, highest] = [
        medians.iter().copied().fold(f64::INFINITY, f64::min),
        medians.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    ];
    let falling = medians.windows(2).all(|w| w[1] <= w[0]);
    let change = if falling { 1.0 } else { (highest + alike) / (lowest + alike) };
    let loads: Vec<(f64, f64)> = points
        .iter()
        .filter(|p| p.load.is_finite())
        .map(|p| ((p.at_ms - points[0].at_ms) as f64, p.load))
        .collect();
    let (Some(trend), Some(line), Some(last)) =
        (mann_kendall::test(&loads), theil_sen::fit(&loads), loads.last())
    else {
        return (change, 0.0);
    };
    if trend.p_rising >= 0.4 || line.slope <= 0.0 {
        return (change, 0.0);
    }
    let before = line.intercept.max(0.0) + alike / 4.0;
    (change, first_level * MARGIN * line.slope * last.0 / before)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn window(n: u64, bytes: impl Fn(f64) -> f64, load: impl Fn(f64) -> f64) -> Evidence {
        let points: Vec<_> = (0..n)
            .map(|i| {
                let x = i as f64 / (n - 1) as f64;
                Point { at_ms: i * MINUTE, bytes: bytes(x), load: load(x) }
            })
            .collect();
        examine(&points, 100.0).unwrap()
    }

    #[test]
    fn a_line_is_steady_and_heads_nowhere() {
        let e = window(40, |x| 100.0 + 50.0 * x, |_| 100.0);
        assert!((e.excess - 50.0).abs() < 1e-6 && (e.level - 150.0).abs() < 1e-6);
        assert!(e.steadiness > 0.9 && e.p_rising < 1e-6 && e.load_change == 1.0);
        assert!((e.bend - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_saturating_cache_shows_its_plateau() {
        let e = window(40, |x| 100.0 + 100.0 * (1.0 - (-2.0 * x).exp()), |_| 100.0);
        assert!(e.bend < 0.5, "{e:?}");
        assert!((e.plateau - 200.0).abs() < 15.0, "{e:?}");
        // The derivative of the curve, averaged over the last quarter.
        let quarter = e.span_ms / 4.0;
        let expected = 100.0 * ((-1.5f64).exp() - (-2.0f64).exp()) / quarter;
        assert!((e.slope_ahead(quarter) / expected - 1.0).abs() < 0.1, "{e:?}");
    }

    #[test]
    fn a_step_is_not_steady() {
        let e = window(40, |x| if x < 0.45 { 100.0 } else { 150.0 } + x * 0.01, |_| 100.0);
        assert!(e.p_rising < 0.01, "the test alone would be fooled: {e:?}");
        assert!(e.steadiness < 0.01, "{e:?}");
    }

    #[test]
    fn growth_in_proportion_to_load_is_explained_by_it() {
        let e = window(40, |x| 100.0 * (1.0 + x), |x| 100.0 * (1.0 + x));
        assert!(e.excess < 1.0, "{e:?}");
        let leak = window(40, |x| 100.0 * (1.0 + x), |x| 100.0 * (1.0 - 0.5 * x));
        assert!((leak.excess - 100.0).abs() < 1e-6 && leak.load_change == 1.0, "{leak:?}");
    }
}

//! Mann–Kendall test: is a series rising, whatever the shape of the rise? It only counts which later points lie
//! above which earlier ones, so neither outliers nor units matter.
//!
//! H. B. Mann, "Nonparametric tests against trend", Econometrica 13 (1945); M. G. Kendall, "Rank correlation
//! methods" (1975), for ties. Neighbouring heap floors resemble each other, which makes the plain test see
//! trends in what is only slow wandering; the variance is therefore enlarged as in K. H. Hamed and
//! A. R. Rao, "A modified Mann–Kendall trend test for autocorrelated data", Journal of Hydrology 204 (1998).
//! Only the first run of positive correlations is summed (the initial positive sequence of C. J. Geyer, Statistical
//! Science 7 (1992)): the negative ones at long lags, which removing the trend leaves behind, would cancel the
//! correction. So it never shrinks the variance: for an alarm, too little significance is the safe side.

use super::theil_sen;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Standardised statistic: positive means rising.
    pub z: f64,
    /// Chance that a series without trend looks at least as much like rising.
    pub p_rising: f64,
    /// Number of independent points the series is worth; at most its length.
    pub effective_n: f64,
}

impl Trend {
    /// Chance that a series without trend looks at least as much like falling.
    pub fn p_falling(&self) -> f64 {
        normal_tail(-self.z)
    }
}

/// `points` in order of time. `None` for fewer than four points, which cannot be significant.
pub fn test(points: &[(f64, f64)]) -> Option<Trend> {
    let n = points.len();
    if n < 4 {
        return None;
    }
    let mut s = 0i64;
    for (i, a) in points.iter().enumerate() {
        for b in &points[i + 1..] {
            s += i64::from(b.1 > a.1) - i64::from(b.1 < a.1);
        }
    }
    let len = n as f64;
    let mut variance = len * (len - 1.0) * (2.0 * len + 5.0) / 18.0;
    let mut sorted: Vec<f64> = points.iter().map(|p| p.1).collect();
    sorted.sort_by(f64::total_cmp);
    for group in sorted.chunk_by(|a, b| a == b) {
        let t = group.len() as f64;
        variance -= t * (t - 1.0) * (2.0 * t + 5.0) / 18.0;
    }
    if variance <= 0.0 {
        return Some(Trend { z: 0.0, p_rising: 0.5, effective_n: 1.0 });
    }
    let inflation = inflation(points);
    // Continuity correction, Kendall 1975.
    let z = (s - s.signum()) as f64 / (variance * inflation).sqrt();
    Some(Trend { z, p_rising: normal_tail(z), effective_n: len / inflation })
}

/// n / n* of Hamed and Rao: how much the autocorrelation of the ranks of the detrended series enlarges the variance.
fn inflation(points: &[(f64, f64)]) -> f64 {
    let n = points.len();
    let len = n as f64;
    let slope = theil_sen::fit(points).map_or(0.0, |line| line.slope);
    let detrended: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    let ranks = ranks(&detrended);
    let mean = (len + 1.0) / 2.0;
    let spread: f64 = ranks.iter().map(|r| (r - mean).powi(2)).sum();
    if spread == 0.0 {
        return 1.0;
    }
    // 95 % bound of white noise; lags past n/4 rest on too few pairs.
    let bound = 1.96 / len.sqrt();
    let mut sum = 0.0;
    for lag in 1..=n / 4 {
        let rho = ranks.iter().zip(&ranks[lag..]).map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / spread;
        if rho <= bound {
            break;
        }
        let k = lag as f64;
        sum += (len - k) * (len - k - 1.0) * (len - k - 2.0) * rho;
    }
    (1.0 + 2.0 * sum / (len * (len - 1.0) * (len - 2.0))).max(1.0)
}

/// Ranks from 1; equal values share the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for group in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (group.len() as f64 + 1.0) / 2.0;
        for &i in group {
            ranks[i] = rank;
        }
        start += group.len();
    }
    ranks
}

/// Upper tail of the standard normal distribution. Abramowitz and Stegun 7.1.26 (error below 1.5e-7), with the
/// asymptotic series where that error would matter.
fn normal_tail(z: f64) -> f64 {
    if z < 0.0 {
        return 1.0 - normal_tail(-z);
    }
    let density = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    if z > 4.0 {
        let z2 = z * z;
        return density / z * (1.0 - 1.0 / z2 + 3.0 / (z2 * z2));
    }
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let poly = t
        * (0.254_829_592
            + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    0.5 * poly * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series(ys: impl IntoIterator<Item = f64>) -> Vec<(f64, f64)> {
        ys.into_iter().enumerate().map(|(i, y)| (i as f64, y)).collect()
    }

    #[test]
    fn normal_tail_matches_the_tables() {
        for (z, p) in [(0.0, 0.5), (1.0, 0.158_655), (1.96, 0.024_998), (3.0, 0.001_349_9), (5.0, 2.866_5e-7)]
        {
            assert!((normal_tail(z) - p).abs() < 0.01 * p, "z {z}: {} instead of {p}", normal_tail(z));
        }
        assert!((normal_tail(-1.0) - 0.841_345).abs() < 1e-5);
    }

    /// S = 45, Var(S) = 125, Z = 44 / sqrt(125): worked by hand for ten rising points.
    #[test]
    fn ten_rising_points() {
        let trend = test(&series((0..10).map(f64::from))).unwrap();
        assert!((trend.z - 44.0 / 125f64.sqrt()).abs() < 1e-9, "{trend:?}");
        assert!(trend.p_rising < 0.0001);
        assert!(trend.p_falling() > 0.9999);
    }

    #[test]
    fn a_constant_series_has_no_trend() {
        let trend = test(&series([5.0; 12])).unwrap();
        assert_eq!((trend.z, trend.p_rising), (0.0, 0.5));
        assert_eq!(test(&series([1.0, 2.0, 3.0])), None);
    }

    #[test]
    fn wandering_counts_less_than_as_many_independent_points() {
        let mut value = 0.0;
        let mut seed = 7u64;
        let wander = series((0..60).map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            value = 0.9 * value + (seed >> 40) as f64 / (1u64 << 24) as f64 - 0.5;
            value
        }));
        let trend = test(&wander).unwrap();
        assert!(trend.effective_n < 40.0, "{trend:?}");
    }

    proptest! {
        /// Ties and all: the sign is that of the naive count, and turning time around turns it around.
        #[test]
        fn sign_matches_the_naive_count(ys in prop::collection::vec(0u8..20, 4..40)) {
            let mut s = 0i32;
            for (i, a) in ys.iter().enumerate() {
                for b in &ys[i + 1..] {
                    s += (i32::from(*b) - i32::from(*a)).signum();
                }
            }
            // The continuity correction takes one off |S|.
            let expected = (s - s.signum()).signum();
            let sign = |trend: Trend| if trend.z == 0.0 { 0 } else { trend.z.signum() as i32 };
            prop_assert_eq!(sign(test(&series(ys.iter().map(|&y| f64::from(y)))).unwrap()), expected);
            prop_assert_eq!(sign(test(&series(ys.iter().rev().map(|&y| f64::from(y)))).unwrap()), -expected);
        }

        #[test]
        fn probabilities_are_probabilities(ys in prop::collection::vec(-1e6..1e6f64, 4..60)) {
            let trend = test(&series(ys)).unwrap();
            prop_assert!((0.0..=1.0).contains(&trend.p_rising));
            prop_assert!((trend.p_rising + trend.p_falling() - 1.0).abs() < 1e-6);
            prop_assert!(trend.effective_n >= 1.0);
        }
    }
}

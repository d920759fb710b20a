//! Theil–Sen slope: the median of the slopes between all pairs of points. A third of the points may be
//! outliers (collections that ran in the middle of a burst) without moving it much, which least squares cannot say.
//!
//! H. Theil, "A rank-invariant method of linear and polynomial regression analysis" (1950);
//! P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63 (1968).

/// A line through the points, and how far the points are from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// Units of y per unit of x.
    pub slope: f64,
    /// Median of `y - slope * x`.
    pub intercept: f64,
    /// Robust standard deviation of the residuals: 1.4826 times their median absolute deviation.
    pub noise: f64,
}

/// `None` for fewer than two distinct x. Quadratic in the number of points: callers pass at most a few dozen.
pub fn fit(points: &[(f64, f64)]) -> Option<Line> {
    let mut slopes = Vec::with_capacity(points.len().saturating_sub(1) * points.len() / 2);
    for (i, a) in points.iter().enumerate() {
        for b in &points[i + 1..] {
            if a.0 != b.0 {
                slopes.push((b.1 - a.1) / (b.0 - a.0));
            }
        }
    }
    let slope = median(&mut slopes)?;
    let mut residuals: Vec<f64> = points.iter().map(|(x, y)| y - slope * x).collect();
    let intercept = median(&mut residuals)?;
    for r in &mut residuals {
        *r = (*r - intercept).abs();
    }
    let noise = 1.4826 * median(&mut residuals)?;
    Some(Line { slope, intercept, noise })
}

/// Reorders `values`. `None` if there are none. NaN sorts last.
pub fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (middle, odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if odd {
        return Some(upper);
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(lower.midpoint(upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_the_line_under_outliers() {
        let points: Vec<_> = (0..30)
            .map(|i| {
                let x = f64::from(i);
                (x, if i % 4 == 0 { 1000.0 } else { 3.0 * x + 7.0 })
            })
            .collect();
        let line = fit(&points).unwrap();
        assert!((line.slope - 3.0).abs() < 0.5, "{line:?}");
        assert!((line.intercept - 7.0).abs() < 8.0, "{line:?}");
    }

    #[test]
    fn needs_two_distinct_abscissae() {
        assert_eq!(fit(&[]), None);
        assert_eq!(fit(&[(1.0, 2.0)]), None);
        assert_eq!(fit(&[(1.0, 2.0), (1.0, 3.0)]), None);
    }

    proptest! {
        #[test]
        fn median_matches_sorting(mut values in prop::collection::vec(-1e9..1e9f64, 1..50)) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let n = sorted.len();
            let expected = if n % 2 == 1 { sorted[n / 2] } else { sorted[n / 2 - 1].midpoint(sorted[n / 2]) };
            prop_assert_eq!(median(&mut values), Some(expected));
        }

        #[test]
        fn exact_on_a_line(slope in -1e6..1e6f64, intercept in -1e6..1e6f64, n in 2usize..40) {
            let points: Vec<_> = (0..n).map(|i| (i as f64, slope * i as f64 + intercept)).collect();
            let line = fit(&points).unwrap();
            prop_assert!((line.slope - slope).abs() <= 1e-6 * slope.abs().max(1.0));
            prop_assert!(line.noise <= 1e-6 * slope.abs().max(intercept.abs()).max(1.0));
        }

        /// Moving or stretching the axes moves or stretches the answer alike.
        #[test]
        fn equivariant(ys in prop::collection::vec(-1e3..1e3f64, 3..30), add in -1e3..1e3f64, scale in 0.1..10.0f64) {
            let points: Vec<_> = ys.iter().enumerate().map(|(i, &y)| (i as f64, y)).collect();
            let moved: Vec<_> = points.iter().map(|&(x, y)| (x, y * scale + add)).collect();
            let (a, b) = (fit(&points).unwrap(), fit(&moved).unwrap());
            prop_assert!((a.slope * scale - b.slope).abs() < 1e-6);
            prop_assert!((a.noise * scale - b.noise).abs() < 1e-6);
        }
    }
}

//! The rule of node-memwatch's `leak` event, for comparison: an alarm when the heap was larger after each of five
//! consecutive full collections than after the one before.

#[derive(Default)]
pub struct Memwatch {
    last: Option<f64>,
    consecutive: u32,
}

impl Memwatch {
    pub fn collected(&mut self, used: f64) -> bool {
        match self.last.replace(used) {
            Some(last) if used > last => self.consecutive += 1,
            _ => self.consecutive = 0,
        }
        if self.consecutive >= 5 {
            self.consecutive = 0;
            return true;
        }
        false
    }
}

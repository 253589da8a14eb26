//! A life that ends at an await: the future is dropped there, as a process is that dies.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

/// From when on awaits are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// From the beginning.
    Start,
    /// From the first claim.
    Claim,
    /// From the first post.
    Post,
}

/// How long somebody lives, counted in awaits.
#[derive(Debug)]
pub struct Life {
    planned: Mutex<Option<(Since, u64)>>,
    left: AtomicU64,
    spent: AtomicU64,
}

impl Life {
    /// A life without end.
    pub fn endless() -> Self {
        Self { planned: Mutex::default(), left: AtomicU64::new(u64::MAX), spent: AtomicU64::new(0) }
    }

    /// A life that ends at the await number `awaits`, from 0, after `since`.
    pub fn ending(since: Since, awaits: u64) -> Self {
        let life = Self::endless();
        life.is_to_end(since, awaits);
        life
    }

    /// Plans its end at the await number `awaits`, from 0, after `since`.
    pub fn is_to_end(&self, since: Since, awaits: u64) {
        match since {
            Since::Start => self.left.store(awaits, Ordering::Relaxed),
            _ => *self.plan() = Some((since, awaits)),
        }
    }

    /// Takes back what was planned.
    pub fn goes_on_for_ever(&self) {
        *self.plan() = None;
        self.left.store(u64::MAX, Ordering::Relaxed);
    }

    /// Notes that `since` has come.
    pub fn reaches(&self, since: Since) {
        let mut plan = self.plan();
        if let Some((_, awaits)) = plan.take_if(|(planned, _)| *planned == since) {
            self.left.store(awaits, Ordering::Relaxed);
        }
    }

    /// How many awaits it has gone through.
    pub fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    /// Goes through an await; answers whether life goes on behind it.
    fn goes_on(&self) -> bool {
        self.spent.fetch_add(1, Ordering::Relaxed);
        let left = self.left.load(Ordering::Relaxed);
        if left != u64::MAX {
            self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        }
        left > 0
    }

    fn plan(&self) -> std::sync::MutexGuard<'_, Option<(Since, u64)>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lives `life` with a future; answers nothing where life ended first.
pub struct Mortal<'a, F> {
    living: Option<Pin<Box<F>>>,
    life: &'a Life,
}

impl<'a, F: Future> Mortal<'a, F> {
    /// Puts `future` into `life`.
    pub fn new(future: F, life: &'a Life) -> Self {
        Self { living: Some(Box::pin(future)), life }
    }
}

impl<F: Future> Future for Mortal<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(living) = &mut self.living else { return Poll::Ready(None) };
        match living.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.life.goes_on() => Poll::Pending,
            Poll::Pending => {
                self.living = None;
                Poll::Ready(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn life_ends_at_the_await_that_was_planned_and_at_no_other() {
        let work = async || {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            "done"
        };
        for (awaits, end) in [(0, None), (2, None), (3, Some("done"))] {
            assert_eq!(Mortal::new(work(), &Life::ending(Since::Start, awaits)).await, end, "{awaits}");
        }
        let life = Life::ending(Since::Claim, 1);
        assert_eq!(Mortal::new(work(), &life).await, Some("done"), "there was no claim");
        assert_eq!(life.spent(), 3);
    }
}

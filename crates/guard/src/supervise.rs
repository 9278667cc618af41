//! Sensors are started again when they end, each alone, and later each time.

use std::{sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::sleep};

use crate::{Metrics, Sensor, Stopping, sensor::told_to_stop};

/// The first pause before a sensor is started again, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));
/// A sensor that worked for so long begins again with the first pause.
const STEADY: Duration = Duration::from_secs(60);

/// Runs sensors until all were told to stop and have.
pub(crate) async fn supervise(sensors: Vec<Arc<dyn Sensor>>, metrics: &Metrics, stopping: &Stopping) {
    let mut tasks = JoinSet::new();
    for sensor in sensors {
        tasks.spawn(keep(sensor, metrics.clone(), stopping.clone()));
    }
    while tasks.join_next().await.is_some() {}
}

async fn keep(sensor: Arc<dyn Sensor>, metrics: Metrics, mut stopping: Stopping) {
    let name = sensor.name();
    let mut pause = PAUSES.0;
    loop {
        metrics.set("vauban_sensor_up", name, 1.0);
        let begun = tokio::time::Instant::now();
        let running = Arc::clone(&sensor);
        let stop = stopping.clone();
        // A task of its own: a panic ends the task, and nothing else.
        let ended = tokio::spawn(async move { running.run(stop).await }).await;
        metrics.set("vauban_sensor_up", name, 0.0);
        if *stopping.borrow() {
            return;
        }
        let why = match ended {
            Ok(Ok(())) => "it ended".to_owned(),
            Ok(Err(reason)) => reason,
            Err(_) => "it panicked".to_owned(),
        };
        if begun.elapsed() > STEADY {
            pause = PAUSES.0;
        }
        tracing::error!(sensor = name, reason = why, pause_ms = pause.as_millis(), "sensor ended; it is started again");
        metrics.add("vauban_sensor_restarts_total", name, 1.0);
        tokio::select! {
            () = sleep(pause) => {}
            () = told_to_stop(&mut stopping) => return,
        }
        pause = (pause * 2).min(PAUSES.1);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::Pin,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use tokio::sync::watch;

    use super::*;
    use crate::FailPolicy;

    struct Falls {
        name: &'static str,
        times: usize,
        runs: AtomicUsize,
    }

    impl Sensor for Falls {
        fn name(&self) -> &'static str {
            self.name
        }

        fn fail_policy(&self) -> FailPolicy {
            FailPolicy::Closed
        }

        fn run(&self, mut stopping: Stopping) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
            Box::pin(async move {
                match self.runs.fetch_add(1, Ordering::SeqCst) {
                    run if run >= self.times => {
                        let _ = stopping.wait_for(|stop| *stop).await;
                        Ok(())
                    }
                    0 => panic!("the first time"),
                    _ => Err("later".to_owned()),
                }
            })
        }
    }

    #[tokio::test]
    async fn a_sensor_that_falls_is_started_again_alone() {
        let falls = Arc::new(Falls { name: "mail", times: 3, runs: AtomicUsize::new(0) });
        let stands = Arc::new(Falls { name: "dns", times: 0, runs: AtomicUsize::new(0) });
        let (stop, stopping) = watch::channel(false);
        let metrics = Metrics::default();
        let sensors: Vec<Arc<dyn Sensor>> = vec![falls.clone(), stands.clone()];
        let supervised = supervise(sensors, &metrics, &stopping);
        let ends = async {
            while falls.runs.load(Ordering::SeqCst) < 4 {
                sleep(Duration::from_millis(20)).await;
            }
            stop.send(true).unwrap();
        };
        tokio::join!(supervised, ends);
        assert_eq!((falls.runs.load(Ordering::SeqCst), stands.runs.load(Ordering::SeqCst)), (4, 1));
        assert!((metrics.value("vauban_sensor_restarts_total", "mail") - 3.0).abs() < f64::EPSILON);
    }
}

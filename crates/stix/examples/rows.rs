//! Answers rows of objects on standard input, one a line: what `judge_row` says of them.

#![expect(clippy::print_stdout, reason = "an example speaks")]

use std::io;

fn main() -> io::Result<()> {
    for line in io::stdin().lines() {
        println!("{}", vauban_stix::judge_row(&line?));
    }
    Ok(())
}

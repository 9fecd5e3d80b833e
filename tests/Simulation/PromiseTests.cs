using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.Running;
using Xunit;
using Xunit.Abstractions;

namespace Replication.Simulation.Tests;

/// <summary>Whole clusters in virtual time, and the promises that they kept. Each test looks at the same runs.</summary>
public sealed class PromiseTests(ManyRuns runs, ITestOutputHelper output) : IClassFixture<ManyRuns>
{
    [Fact]
    public void No_promise_was_broken()
    {
        foreach (var line in runs.Summary.Lines(runs.Took)) output.WriteLine(line);

        Assert.True(runs.Summary.Failures.Count == 0, string.Join('\n', runs.Summary.Failures.Select(failure => $"seed {failure.Plan.Seed}: {failure.Violation!.Message}")));
    }

    [Fact]
    public void Every_class_of_faults_came_to_something() =>
        Assert.All(Enum.GetValues<FaultClass>(), fault => Assert.True(runs.Summary.Faults[fault] >= 20, $"{fault}: {runs.Summary.Faults[fault]} times"));

    [Fact]
    public void A9_Full_disks_reject_and_everything_goes_on_by_itself() =>
        AssertKept(runs.Summary.Faults[FaultClass.DiskFull], "a healed cluster becomes whole", "a healed cluster takes writes", "nodes run on sound disks");

    [Fact]
    public void A12_Failing_file_operations_lose_nothing() =>
        AssertKept(runs.Summary.Faults[FaultClass.DiskError] + runs.Summary.Faults[FaultClass.SyncError], "what is synced is for ever", "answers are true");

    [Fact]
    public void A13_Nothing_answered_is_missing_after_power_losses() => AssertKept(
        runs.Summary.Faults[FaultClass.PowerLoss] + runs.Summary.Faults[FaultClass.PowerLossInOperation], "what is synced is for ever", "answered is durable", "nothing is invented");

    [Fact]
    public void A24_Streams_are_in_order_unique_without_gaps_and_go_on_where_they_were_cut()
    {
        AssertKept(runs.Summary.Checks.Frames, "streams are in order, without gaps", "streams carry the history", "nothing is streamed before it is durable");
        Assert.True(runs.Summary.Resumes > 1000);
    }

    [Fact]
    public void A31_A_bootstrap_that_was_interrupted_fetches_only_what_is_missing()
    {
        AssertKept(runs.Summary.Installs, "reads equal the log at their position", "readers never go back");
        Assert.True(runs.Summary.ChunksFound > 10);
    }

    [Fact]
    public void A38_Changed_bytes_are_noticed() =>
        AssertKept(runs.Summary.Faults[FaultClass.BytesChanged], "messages arrive as they were sent", "equal digests at equal positions", "only what is committed is shown");

    [Fact]
    public void A70_Every_view_is_a_prefix_of_one_history() =>
        AssertKept(runs.Summary.Checks.Shown, "nodes show prefixes of one history", "reads equal the log at their position", "equal digests at equal positions");

    [Fact]
    public void A73_Transfers_are_seen_whole_on_every_node() => AssertKept(runs.Summary.Checks.Totals, "transactions are seen whole");

    [Fact]
    public void A74_Answers_are_in_the_order_of_real_time_and_their_preconditions_held() => AssertKept(runs.Summary.Checks.Preconditions, "real time order", "preconditions hold");

    [Fact]
    public void A76_A_rejected_write_never_appears_anywhere() => AssertKept(runs.Summary.Checks.Rejected, "a rejected write never appears");

    [Fact]
    public void Memory_that_changed_is_noticed_by_a_digest_and_replaced_from_the_nodes_own_files() =>
        AssertKept(runs.Summary.Checks.MemoryReplaced, "digests agree where memory is sound", "memory that changed is replaced", "reads equal the log at their position");

    [Fact]
    public void Indexes_are_built_and_kept_right_under_every_fault()
    {
        AssertKept(runs.Summary.Checks.Indexes, "indexes hold exactly what the records say", "equal digests at equal positions");
        Assert.True(runs.Summary.Checks.IndexesInBuilding > 10 && runs.Summary.Checks.UniqueViolations > 100);
    }

    [Fact]
    public void A_call_without_an_answer_took_effect_at_most_once() => AssertKept(runs.Summary.Checks.Unknown, "at most once", "one answer to each call");

    [Fact]
    public void A_request_asked_again_is_answered_as_it_was_and_takes_effect_once() =>
        AssertKept(runs.Summary.Checks.AnsweredAgain, "at most once", "answers are true", "one answer to each call", "real time order");

    [Fact]
    public void A_request_is_forgotten_only_when_it_is_older_than_the_memory() =>
        AssertKept(runs.Summary.Checks.Forgotten, "what is remembered is answered", "only what may have been forgotten is");

    [Fact]
    public void Lag_in_bytes_is_never_understated_and_none_at_the_end() => AssertKept(runs.Summary.Checks.Lags, "lag in bytes is never less than the truth, and none at the end");

    [Fact]
    public void Replicas_that_may_follow_each_other_close_no_loop_and_all_find_the_primary_again() =>
        AssertKept(runs.Summary.Loops, "a healed cluster becomes whole", "nobody is refused without a reason");

    [Fact]
    public void Seeds_that_once_broke_a_promise_keep_it()
    {
        var summary = SeedRunner.Run(KnownSeeds.All);

        Assert.NotEmpty(KnownSeeds.All);
        Assert.Equal([], summary.Failures.Select(failure => $"seed {failure.Plan.Seed}: {failure.Violation!.Message}"));
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_one_another()
    {
        ulong[] seeds = [1, 2, 3, 4, 5, 6];
        var first = seeds.Select(seed => SeedRunner.Run(SimulationPlan.Of(seed)).Trace.Hash).ToArray();
        var second = seeds.Select(seed => SeedRunner.Run(SimulationPlan.Of(seed)).Trace.Hash).ToArray();

        Assert.Equal(first, second);
        Assert.Equal(seeds.Length, first.Distinct().Count());
    }

    [Fact]
    public void A_failure_is_made_small()
    {
        // A cluster that may take no time to become whole always fails, whatever else is in the plan.
        var failure = SeedRunner.Run(SimulationPlan.Of(7) with { LivenessLimit = TimeSpan.Zero });
        Assert.Equal("a healed cluster becomes whole", failure.Violation?.Rule);

        var small = Shrinker.Shrink(failure);

        Assert.Equal(failure.Violation!.Rule, small.Violation?.Rule);
        Assert.Empty(small.Plan.Faults);
        Assert.Equal(0, Assert.Single(small.Plan.Upstreams));
        Assert.Empty(Assert.Single(small.Plan.Fallbacks));
        Assert.Equal(1, small.Plan.Writers);
        Assert.InRange(small.Plan.SafetyPhase, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.NotEmpty(small.Trace.Story(10));
    }

    // A promise counts as kept when it was looked at, and no run broke it.
    private void AssertKept(long looked, params string[] rules)
    {
        Assert.True(looked >= 50, $"looked at only {looked} times");
        Assert.DoesNotContain(runs.Summary.Failures, failure => rules.Contains(failure.Violation!.Rule, StringComparer.Ordinal));
    }
}

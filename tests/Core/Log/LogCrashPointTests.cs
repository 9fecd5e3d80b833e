using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

/// <summary>
/// A short script on a log, and the power going off behind each of its file operations, with un-synced writes kept,
/// dropped or torn and un-synced names kept or dropped.
/// </summary>
public sealed class LogCrashPointTests
{
    private const int SegmentBytes = 1536;

    [Fact]
    public void A2_Whatever_survives_a_power_loss_at_any_point_holds_every_acknowledged_entry_and_nothing_else()
    {
        var script = CrashScript.Record(SegmentBytes);

        var opened = 0;
        for (var operations = 0; operations <= script.Journal.Count; operations++)
        {
            var disk = MemoryFileSystem.Replay(script.Journal.Take(operations));
            foreach (var loss in PowerLoss.All)
            {
                var files = new MemoryFileSystem(disk.AfterPowerLoss(loss));
                if (Check(script, files, operations, $"{operations} operations ({script.Journal.ElementAtOrDefault(operations - 1)}), {loss}")) opened++;
            }
        }

        Assert.InRange(opened, 20 * 60, int.MaxValue);
    }

    [Fact]
    public void A15_A_power_loss_inside_recovery_changes_nothing_about_what_is_recovered()
    {
        var script = CrashScript.Record(SegmentBytes);
        var torn = 0;
        for (var operations = 0; operations <= script.Journal.Count; operations++)
        {
            var survived = MemoryFileSystem.Replay(script.Journal.Take(operations)).AfterPowerLoss(new PowerLoss(UnsyncedWrites.EvenSectors, UnsyncedNames.Kept));
            var once = new MemoryFileSystem(survived.AfterPowerLoss(PowerLoss.None));
            if (!once.DirectoryExists(TestLog.Directory) || TestLog.SegmentsOf(once).Count == 0) continue;
            var recovered = TestLog.Open(once, SegmentBytes);
            recovered.Log.Dispose();
            if (recovered.TornTail is not { } tail) continue;
            var saved = once.Disk.Content(tail.SavedAs);

            torn++;
            foreach (var loss in PowerLoss.All)
            {
                for (var inside = 0; inside <= once.Operations; inside++)
                {
                    var again = survived.AfterPowerLoss(PowerLoss.None);
                    foreach (var operation in once.Journal.Take(inside)) again.Apply(operation);
                    var files = new MemoryFileSystem(again.AfterPowerLoss(loss));
                    using var log = TestLog.Open(files, SegmentBytes).Log;
                    Assert.Equal(recovered.Log.Durable, log.Durable);
                    Assert.Equal(saved, files.Disk.Content(tail.SavedAs));
                }
            }
        }

        Assert.InRange(torn, 5, int.MaxValue);
    }

    [Fact]
    public void What_a_restart_found_and_what_was_appended_behind_it_survives_a_later_power_loss()
    {
        var script = CrashScript.Record(SegmentBytes);
        for (var operations = 0; operations <= script.Journal.Count; operations++)
        {
            // Only the process died: the page cache still has what was not synced.
            var files = new MemoryFileSystem(MemoryFileSystem.Replay(script.Journal.Take(operations)));
            if (!files.DirectoryExists(TestLog.Directory) || TestLog.SegmentsOf(files).Count == 0) continue;
            using var log = OpenAt(files, $"{operations} operations").Log;
            AssertSurvives(files, log.Durable, operations);

            log.Append(TestLog.Batch(log.Durable, 40, 100), commitIndex: 0);
            AssertSurvives(files, log.Durable, operations);
        }
    }

    [Fact]
    public void A18_A_crash_while_old_segments_are_removed_leaves_a_log_without_gaps()
    {
        using var log = TestLog.Create(SegmentBytes);
        for (var i = 0; i < 12; i++) log.Append(500, 500);
        var before = log.Files.Operations;
        var removed = log.Log.PruneBefore(log.Log.Durable.Index);

        for (var operations = before; operations <= log.Files.Operations; operations++)
        {
            foreach (var loss in PowerLoss.All)
            {
                var files = new MemoryFileSystem(MemoryFileSystem.Replay(log.Files.Journal.Take(operations)).AfterPowerLoss(loss));
                using var reopened = TestLog.Open(files, SegmentBytes).Log;
                Assert.Equal(log.Log.Durable, reopened.Durable);
                Assert.Equal(log.Frames.Skip((int)reopened.FirstIndex - 1), TestLog.ReadAll(reopened));
            }
        }

        Assert.InRange(removed, 5, 12);
    }

    private static void AssertSurvives(MemoryFileSystem files, LogTail end, int operations)
    {
        foreach (var loss in PowerLoss.All)
        {
            using var found = OpenAt(files.AfterPowerLoss(loss), $"{operations} operations, {loss}").Log;
            Assert.Equal(end, found.Durable);
        }
    }

    // Opens, compares, opens again, appends, opens again. False when the crash was before there was a log.
    private static bool Check(CrashScript script, MemoryFileSystem files, int operations, string at)
    {
        var acknowledged = script.AcknowledgedAt(operations);
        if (!files.DirectoryExists(TestLog.Directory) || TestLog.SegmentsOf(files).Count == 0)
        {
            Assert.True(acknowledged < 0, $"{at}: the log is gone");
            return false;
        }
        LogTail end;
        using (var log = OpenAt(files, at).Log)
        {
            end = log.Durable;
            Assert.True(end.Index >= acknowledged, $"{at}: entry {acknowledged} was acknowledged, the log ends at {end.Index}");
            Assert.True(log.FirstIndex <= script.PrunedBefore + 1, $"{at}: the log begins at {log.FirstIndex}");
            Assert.Equal(script.Frames.Take((int)end.Index).Skip((int)log.FirstIndex - 1), TestLog.ReadAll(log));
        }
        using (var log = OpenAt(files, at).Log)
        {
            Assert.Equal(end, log.Durable);
            log.Append(TestLog.Batch(end, 40, 700), commitIndex: end.Index);
        }
        var last = OpenAt(files, at);
        using (last.Log)
        {
            Assert.Null(last.TornTail);
            Assert.Equal(end.Index + 2, last.Log.Durable.Index);
            Assert.Equal(script.Frames.Take((int)end.Index).Skip((int)last.Log.FirstIndex - 1), TestLog.ReadAll(last.Log).SkipLast(2));
        }
        return true;
    }

    private static RecoveredLog OpenAt(MemoryFileSystem files, string at)
    {
        try
        {
            return TestLog.Open(files, SegmentBytes);
        }
        catch (IOException refusal)
        {
            throw new InvalidOperationException($"{at}: {refusal.Message}", refusal);
        }
    }
}

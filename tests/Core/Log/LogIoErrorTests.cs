using Replication.Core.IO;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

/// <summary>Fails the first operation, then the second, and so on, until none is left to fail.</summary>
public sealed class LogIoErrorTests
{
    private const int SegmentBytes = 1536;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A12_After_any_failed_operation_the_log_takes_nothing_more_and_a_restart_finds_all_that_was_acknowledged(bool leavesHalf)
    {
        var fired = 0;
        for (var number = 1; ; number++)
        {
            var fault = new FileFault(number) { LeavesHalf = leavesHalf };
            var files = new MemoryFileSystem { Fault = fault };
            var acknowledged = -1L;
            try
            {
                CrashScript.Run(files, SegmentBytes, (_, index) => acknowledged = index, out _);
            }
            catch (IOException failure)
            {
                Assert.StartsWith("Injected", failure.Message, StringComparison.Ordinal);
            }
            if (!fault.Fired) break;
            fired++;
            files.Fault = null;

            foreach (var loss in PowerLoss.All)
            {
                var found = files.AfterPowerLoss(loss);
                if (acknowledged < 0 && (!found.DirectoryExists(TestLog.Directory) || TestLog.SegmentsOf(found).Count == 0)) continue;
                using var log = TestLog.Open(found, SegmentBytes).Log;
                Assert.InRange(log.Durable.Index, acknowledged, acknowledged + 4);
                log.Append(TestLog.Batch(log.Durable, 100), 0);
            }
        }

        Assert.InRange(fired, 60, 1000);
    }

    [Fact]
    public void A_log_that_failed_says_so_at_every_later_append()
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0);
        log.Files.Fault = new FileFault(1) { Action = FileAction.Sync, Label = FileLabel.Append };
        var failed = TestLog.Batch(log.Log.Durable, 10);

        var first = Assert.Throws<IOException>(() => log.Log.Append(failed, 0));
        var second = Assert.Throws<IOException>(() => log.Log.Append(failed, 0));
        var mark = Assert.Throws<IOException>(() => log.Log.MarkIdle(0));

        Assert.StartsWith("Injected", first.Message, StringComparison.Ordinal);
        Assert.Contains("takes nothing more", second.Message, StringComparison.Ordinal);
        Assert.Contains("takes nothing more", mark.Message, StringComparison.Ordinal);
        Assert.Equal(1, log.Log.Durable.Index);
    }

    [Fact]
    public void A_failed_idle_mark_ends_the_log_too()
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0);
        log.Files.Fault = new FileFault(1) { Label = FileLabel.IdleMark };

        Assert.Throws<IOException>(() => log.Log.MarkIdle(0));

        Assert.Throws<IOException>(() => log.Append(5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A12_A_recovery_that_fails_at_any_operation_can_be_done_again(bool leavesHalf)
    {
        using var script = TestLog.Create(SegmentBytes);
        script.Append(0, 700);
        script.Append(500, 500);
        script.Append(900, 900);
        var torn = new MemoryFileSystem(MemoryFileSystem.Replay(script.Files.Journal.SkipLast(1))
            .AfterPowerLoss(new PowerLoss(UnsyncedWrites.OddSectors, UnsyncedNames.Kept)));

        var fired = 0;
        for (var number = 1; ; number++)
        {
            var files = torn.AfterPowerLoss(PowerLoss.None);
            var fault = files.Fault = new FileFault(number) { LeavesHalf = leavesHalf };
            var failure = Record.Exception(() => TestLog.Open(files, SegmentBytes).Log.Dispose());
            if (!fault.Fired) break;
            fired++;
            Assert.IsType<IOException>(failure);

            files.Fault = null;
            using var log = TestLog.Open(files, SegmentBytes).Log;
            Assert.Equal(4, log.Durable.Index);
        }

        Assert.InRange(fired, 10, 100);
    }
}

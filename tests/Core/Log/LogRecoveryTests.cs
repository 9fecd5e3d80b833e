using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

public sealed class LogRecoveryTests
{
    [Fact]
    public void A_clean_log_is_found_as_it_was_left()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0, 100);
        for (var i = 0; i < 5; i++) log.Append(300, 300);
        log.Log.MarkIdle(11);

        var recovered = TestLog.Open(log.Files, 1024);
        using var reopened = recovered.Log;

        Assert.Null(recovered.TornTail);
        Assert.Equal(log.Log.Durable, reopened.Durable);
        Assert.Equal(TestLog.History, reopened.History);
        Assert.Equal(log.Log.Bytes, reopened.Bytes);
        Assert.Equal(11, recovered.CommitIndex);
        Assert.Equal((1u, 0x5EEDul, 1L, 0u), recovered.Reigns.Select(row => (row.Epoch.Number, row.ReignId, row.FirstIndex, row.PreviousCrc)).Single());
        Assert.Equal(log.Frames, TestLog.ReadAll(reopened));
    }

    [Fact]
    public void A3_A_log_cut_at_any_byte_of_its_last_batch_loses_only_entries_of_that_batch_and_goes_on_cleanly()
    {
        using var log = TestLog.Create();
        log.Append(0, 50);
        log.Append(60);
        var kept = log.Log.Durable;
        var start = SegmentHeader.Size + (int)log.Log.Bytes;
        log.Append(30, 40, 50);
        var end = SegmentHeader.Size + (int)log.Log.Bytes;

        for (var cut = start; cut < end; cut++)
        {
            var files = log.Files.AfterPowerLoss(PowerLoss.None);
            var torn = Zero(files, log.LastSegment, cut, end);

            var recovered = TestLog.Open(files);
            using (recovered.Log)
            {
                Assert.Equal(EntriesBefore(log, start, cut), recovered.Log.Durable.Index - kept.Index);
                AssertSaved(files, recovered.TornTail, torn);
                recovered.Log.Append(TestLog.Batch(recovered.Log.Durable, 45), 0);
            }

            var again = TestLog.Open(files);
            using var second = again.Log;
            Assert.Null(again.TornTail);
            Assert.Equal(recovered.Log.Durable, second.Durable);
            Assert.Equal(log.Frames.Take((int)second.Durable.Index - 1), TestLog.ReadAll(second).SkipLast(1));
        }
    }

    [Fact]
    public void A3_A_file_that_ends_inside_the_last_batch_loses_only_entries_of_that_batch()
    {
        using var log = TestLog.Create();
        log.Append(0, 50);
        var start = SegmentHeader.Size + (int)log.Log.Bytes;
        log.Append(30, 40);
        var end = SegmentHeader.Size + (int)log.Log.Bytes;
        var whole = log.Files.Disk.Content(log.LastSegment);

        for (var length = start; length <= end; length++)
        {
            var files = new MemoryFileSystem();
            TestLog.MakeDirectories(files);
            using (var file = files.Create(log.LastSegment, FileLabel.Layout)) file.Write(whole.AsSpan(0, length), 0, FileLabel.Layout);

            using (var recovered = TestLog.Open(files).Log)
            {
                Assert.Equal(2 + EntriesBefore(log, start, length), recovered.Durable.Index);
                recovered.Append(TestLog.Batch(recovered.Durable, 45), 0);
            }

            var again = TestLog.Open(files);
            using var second = again.Log;
            Assert.Null(again.TornTail);
            Assert.Equal(log.Frames.Take((int)second.Durable.Index - 1), TestLog.ReadAll(second).SkipLast(1));
        }
    }

    [Fact]
    public void What_no_mark_says_was_synced_is_written_again_and_synced_before_it_counts()
    {
        using var log = TestLog.Create();
        log.Append(0, 50);
        var start = SegmentHeader.Size + (int)log.Log.Bytes;
        log.Append(30, 40);
        var files = log.Files.AfterPowerLoss(PowerLoss.None);

        using var reopened = TestLog.Open(files).Log;

        var resync = files.Journal.Where(operation => operation.Label == FileLabel.Resync).ToList();
        Assert.Equal([FileAction.Write, FileAction.Sync, FileAction.SyncDirectory], resync.Select(operation => operation.Action));
        Assert.Equal(start, (int)resync[0].Offset);
        Assert.Equal(log.Files.Disk.Content(log.LastSegment).AsSpan(start, resync[0].Bytes!.Length).ToArray(), resync[0].Bytes);
    }

    [Fact]
    public void What_a_mark_says_was_synced_is_not_written_again()
    {
        using var log = TestLog.Create();
        log.Append(0, 50);
        log.Append(60);
        log.Log.MarkIdle(0);
        var files = log.Files.AfterPowerLoss(PowerLoss.None);

        using var reopened = TestLog.Open(files).Log;

        Assert.DoesNotContain(files.Journal, operation => operation.Action == FileAction.Write && operation.Bytes!.Length > Mark.Size);
    }

    [Fact]
    public void A16_Left_over_temporary_files_are_removed_and_unknown_files_stay()
    {
        using var log = TestLog.Create();
        log.Append(0);
        foreach (var name in new[] { "next-0.tmp", "next-17.tmp", "notes.txt", "1.log", "00000000000000000002.log.bak" })
            log.Files.Create(Path.Combine(TestLog.Directory, name), FileLabel.Layout).Dispose();

        using var reopened = TestLog.Open(log.Files).Log;

        Assert.Equal(["00000000000000000001.log", "00000000000000000002.log.bak", "1.log", "notes.txt"], log.Files.List(TestLog.Directory));
    }

    [Fact]
    public void Checking_a_log_says_what_a_start_would_do_and_changes_nothing()
    {
        using var log = TestLog.Create();
        log.Append(0, 50);
        var start = SegmentHeader.Size + (int)log.Log.Bytes;
        log.Append(30);
        Zero(log.Files, log.LastSegment, start + 50, start + 70);
        var before = log.Files.Operations;

        var (tail, history, torn) = LogRecovery.Verify(log.Files, TestLog.Directory);

        Assert.Equal((2, TestLog.History, 3), (tail.Index, history, torn!.Index));
        Assert.DoesNotContain(log.Files.Journal.Skip(before), operation => operation.Changes);
        Assert.Equal((2, 3), (TestLog.Open(log.Files).Log.Durable.Index, torn.Index));
    }

    [Fact]
    public void Three_batches_are_torn_one_after_the_other_and_each_tail_is_saved_by_itself()
    {
        var log = TestLog.Create();
        log.Append(0);
        var files = log.Files;
        for (var round = 1; round <= 3; round++)
        {
            var end = SegmentHeader.Size + (int)TestLog.Open(files).Log.Bytes;
            using (var before = TestLog.Open(files).Log) before.Append(TestLog.Batch(before.Durable, 80 + round, 20), 0);
            Zero(files, log.LastSegment, end + Mark.Size + 10, end + Mark.Size + 20);

            var recovered = TestLog.Open(files);
            recovered.Log.Dispose();

            Assert.Equal((1, 2), (recovered.Log.Durable.Index, recovered.TornTail!.Index));
            Assert.Equal(round, files.List(TestLog.Lost).Count);
        }
        log.Dispose();
    }

    // Bytes from there on up to the end, before they are made zero.
    private static byte[] Zero(MemoryFileSystem files, string path, int from, int to)
    {
        using var file = files.Open(path, FileLabel.Layout);
        var lost = new byte[to - from];
        file.Read(lost, from, FileLabel.Layout);
        file.Write(new byte[to - from], from, FileLabel.Layout);
        return lost;
    }

    private static int EntriesBefore(TestLog log, int start, int cut)
    {
        var (at, entries) = (start + Mark.Size, 0);
        foreach (var frame in log.Frames.Skip(FirstOf(log, start)))
        {
            at += frame.Length;
            if (at <= cut) entries++;
        }
        return entries;
    }

    private static int FirstOf(TestLog log, int start)
    {
        var content = log.Files.Disk.Content(log.LastSegment);
        return (int)FrameHeader.Read(content.AsSpan(start + Mark.Size)).Index - 1;
    }

    private static void AssertSaved(MemoryFileSystem files, TornTail? tail, byte[] zeroed)
    {
        if (tail is null) return;
        var saved = files.Disk.Content(tail.SavedAs);
        Assert.Equal(tail.Bytes, saved.Length);
        Assert.NotEqual(0, saved[^1]);
        Assert.NotEmpty(zeroed);
    }
}

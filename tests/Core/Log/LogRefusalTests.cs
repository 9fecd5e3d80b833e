using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

/// <summary>What is no torn tail is refused: one clear sentence each, and nothing on the disk changed.</summary>
public sealed class LogRefusalTests
{
    private const int SegmentBytes = 1024;

    [Fact]
    public void A8_A_missing_segment_in_the_middle()
    {
        using var log = FourSegments();
        log.Files.Delete(log.Segments[1], FileLabel.Retention);

        var refusal = Refused<LogDamagedException>(log);

        Assert.Contains("00000000000000000001.log", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("entry 3", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("a segment file is missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_of_another_history()
    {
        using var log = FourSegments();
        Rewrite(log, log.Segments[2], header => header with { History = new HistoryId(5) });

        var refusal = Refused<LogDamagedException>(log);

        Assert.Contains("it belongs to history 00000000000000000000000000000005", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_that_does_not_link_to_the_one_before()
    {
        using var log = FourSegments();
        Rewrite(log, log.Segments[2], header => header with { Previous = header.Previous with { Crc = 1 } });

        Assert.Contains("does not link to the segment before it", Refused<LogDamagedException>(log).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_that_begins_inside_the_one_before()
    {
        using var log = FourSegments();
        Rewrite(log, log.Segments[2], header => header with { Previous = header.Previous with { Position = new LogPosition(TestLog.Epoch, 3) } });
        log.Files.Rename(log.Segments[2], Path.Combine(TestLog.Directory, SegmentHeader.NameFor(4)), FileLabel.Layout);

        Assert.Contains("the segment before it holds entries up to 4", Refused<LogDamagedException>(log).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_under_another_name()
    {
        using var log = FourSegments();
        log.Files.Rename(log.Segments[3], Path.Combine(TestLog.Directory, SegmentHeader.NameFor(99)), FileLabel.Layout);

        Assert.Contains("its header names entry 7 as the first", Refused<LogDamagedException>(log).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_of_a_newer_version()
    {
        using var log = FourSegments();
        Overwrite(log, log.Segments[1], 8, [2, 0, 0, 0]);

        var refusal = Refused<UnsupportedFormatException>(log);

        Assert.Contains("log format version 2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Start a newer version of the program", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_only_has_the_name_of_a_segment()
    {
        using var log = FourSegments();
        log.Files.Create(Path.Combine(TestLog.Directory, SegmentHeader.NameFor(50)), FileLabel.Layout).Dispose();

        Assert.Contains("does not begin like a segment", Refused<LogDamagedException>(log).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A89_An_entry_of_an_unknown_kind_that_must_be_known()
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0);
        log.Append(OfKind(log, (EntryKind)77));

        var refusal = Refused<UnsupportedFormatException>(log);

        Assert.Contains("Entry 2", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("kind 77", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_of_an_unknown_kind_that_may_be_passed_over_is_accepted()
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0);
        log.Append(OfKind(log, (EntryKind)(EntryKinds.Optional | 77)));
        log.Append(9);

        using var reopened = TestLog.Open(log.Files, SegmentBytes).Log;

        Assert.Equal(log.Frames, TestLog.ReadAll(reopened));
    }

    [Fact]
    public void A_synced_entry_that_is_gone_from_the_end_of_the_log()
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0);
        log.Append(100);
        log.Log.MarkIdle(2);
        var offset = SegmentHeader.Size + Mark.Size + log.Frames[0].Length + Mark.Size;
        Overwrite(log, log.LastSegment, offset, new byte[log.Frames[1].Length]);

        var refusal = Refused<LogDamagedException>(log);

        Assert.Equal((offset, 2), ((int)refusal.Offset, (int)refusal.Index));
        Assert.Equal(log.LastSegment, refusal.File);
        Assert.Contains("although entry 2 had been synced", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("replica of a healthy node, or restore a backup", refusal.Message, StringComparison.Ordinal);
    }

    private static TestLog FourSegments()
    {
        var log = TestLog.Create(SegmentBytes);
        log.Append(0, 500);
        for (var i = 0; i < 3; i++) log.Append(400, 400);
        Assert.Equal(4, log.Segments.Count);
        return log;
    }

    private static LogBatch OfKind(TestLog log, EntryKind kind)
    {
        var batch = TestLog.Batch(log.Log.Durable);
        batch.Payload(3).Fill(1);
        batch.Seal(3, TestLog.Epoch, kind, 5_000);
        return batch;
    }

    private static T Refused<T>(TestLog log)
        where T : Exception
    {
        var before = Contents(log.Files);
        var opening = Assert.Throws<T>(() => TestLog.Open(log.Files, SegmentBytes));
        var checking = Assert.Throws<T>(() => LogRecovery.Verify(log.Files, TestLog.Directory));
        Assert.Equal(opening.Message, checking.Message);
        Assert.Equal(before, Contents(log.Files));
        return opening;
    }

    private static List<(string, string)> Contents(MemoryFileSystem files) =>
        [.. files.Disk.Files.Select(path => (path, Convert.ToHexString(files.Disk.Content(path))))];

    private static void Rewrite(TestLog log, string path, Func<SegmentHeader, SegmentHeader> change)
    {
        var bytes = log.Files.Disk.Content(path)[..SegmentHeader.Size];
        change(SegmentHeader.Read(bytes, path)).Write(bytes);
        Overwrite(log, path, 0, bytes);
    }

    private static void Overwrite(TestLog log, string path, long offset, ReadOnlySpan<byte> bytes)
    {
        using var file = log.Files.Open(path, FileLabel.Layout);
        file.Write(bytes, offset, FileLabel.Layout);
    }
}

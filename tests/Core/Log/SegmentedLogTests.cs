using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

public sealed class SegmentedLogTests
{
    [Fact]
    public void A_new_log_is_empty_and_ends_where_it_was_told_to_begin()
    {
        var before = new LogTail(new LogPosition(new Epoch(3), 41), 0xABCD, 77);

        using var log = TestLog.Create(before: before);

        Assert.Equal(before, log.Log.Durable);
        Assert.Equal(42, log.Log.FirstIndex);
        Assert.Equal(0xABCDu, log.Log.CrcOf(41));
        Assert.Null(log.Log.CrcOf(42));
        Assert.Equal(0, log.Log.Bytes);
    }

    [Fact]
    public void A_log_that_begins_behind_a_snapshot_is_found_again_with_its_whole_end_before_any_entry_was_appended()
    {
        var before = new LogTail(new LogPosition(new Epoch(3), 41), 0xABCD, TimestampMicros: 77);
        using var log = TestLog.Create(before: before);

        using var reopened = TestLog.Open(log.Files).Log;

        Assert.Equal(before, reopened.Durable);
    }

    [Fact]
    public void A_batch_is_one_write_and_one_sync()
    {
        using var log = TestLog.Create();
        var before = log.Files.Operations;

        log.Append(0, 100, 100, 100);

        Assert.Equal([FileAction.Write, FileAction.Sync], log.Files.Journal.Skip(before).Select(operation => operation.Action));
        Assert.Equal(1, log.Log.Syncs);
        Assert.Equal(new LogPosition(TestLog.Epoch, 4), log.Log.Durable.Position);
    }

    [Fact]
    public void A_batch_that_does_not_fit_goes_into_a_new_segment()
    {
        using var log = TestLog.Create(segmentBytes: 1024);

        log.Append(0);
        log.Append(700);
        log.Append(700);

        Assert.Equal(["00000000000000000001.log", "00000000000000000003.log"], log.Segments.Select(path => Path.GetFileName(path)));
        Assert.Equal(log.Frames, TestLog.ReadAll(log.Log));
    }

    [Fact]
    public void A_segment_is_filled_up_to_the_zero_length_at_its_end()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        var used = (int)log.Log.Bytes;
        var exact = 1024 - SegmentHeader.Size - used - Mark.Size - FrameHeader.Size - sizeof(int);

        log.Append(exact);
        Assert.Single(log.Segments);
        log.Append(1);

        Assert.Equal(2, log.Segments.Count);
        Assert.Equal(log.Frames, TestLog.ReadAll(log.Log));
        using var reopened = TestLog.Open(log.Files, 1024).Log;
        Assert.Equal(log.Log.Durable, reopened.Durable);
    }

    [Fact]
    public void A_frame_larger_than_a_segment_gets_a_segment_of_its_size()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);

        log.Append(600_000);
        log.Append(10);

        Assert.Equal(3, log.Segments.Count);
        Assert.Equal(log.Frames, TestLog.ReadAll(log.Log));
        using var reopened = TestLog.Open(log.Files, 1024).Log;
        Assert.Equal(log.Frames, TestLog.ReadAll(reopened));
    }

    [Fact]
    public void A_first_batch_larger_than_the_empty_segment_takes_its_place()
    {
        using var log = TestLog.Create(segmentBytes: 1024);

        log.Append(0, 5000);
        log.Append(10);
        log.Log.PruneBefore(2);

        Assert.Equal(["00000000000000000001.log", "00000000000000000003.log"], log.Segments.Select(path => Path.GetFileName(path)));
        Assert.Equal(1, log.Log.FirstIndex);
        Assert.Equal(log.Frames, TestLog.ReadAll(log.Log));
        using var reopened = TestLog.Open(log.Files, 1024).Log;
        Assert.Equal(log.Frames, TestLog.ReadAll(reopened));
    }

    [Fact]
    public void Pruning_removes_whole_segments_before_an_index_and_never_the_newest()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        for (var i = 0; i < 5; i++) log.Append(800);
        var first = log.Segments.Count;

        var nothing = log.Log.PruneBefore(1);
        var some = log.Log.PruneBefore(4);
        var rest = log.Log.PruneBefore(long.MaxValue);

        Assert.Equal((6, 0, 3, 2), (first, nothing, some, rest));
        Assert.Equal(["00000000000000000006.log"], log.Segments.Select(path => Path.GetFileName(path)));
        Assert.Equal(6, log.Log.FirstIndex);
        Assert.Equal(log.Frames.Skip(5), TestLog.ReadAll(log.Log));
        using var reopened = TestLog.Open(log.Files, 1024).Log;
        Assert.Equal(log.Log.Durable, reopened.Durable);
        Assert.Equal(6, reopened.FirstIndex);
    }

    [Fact]
    public void The_crc_of_an_entry_is_known_at_every_index_that_is_still_there_and_at_the_one_before()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        for (var i = 0; i < 5; i++) log.Append(400, 300);
        uint? Crc(long index) => index == 0 ? 0 : FrameHeader.Read(log.Frames[(int)index - 1]).Crc;

        Assert.All(Enumerable.Range(0, 12), index => Assert.Equal(Crc(index), log.Log.CrcOf(index)));
        Assert.Null(log.Log.CrcOf(12));

        log.Log.PruneBefore(6);
        var first = log.Log.FirstIndex;

        Assert.Null(log.Log.CrcOf(first - 2));
        Assert.All(Enumerable.Range((int)first - 1, 12 - (int)first + 1), index => Assert.Equal(Crc(index), log.Log.CrcOf(index)));
    }

    [Fact]
    public void The_bytes_behind_an_index_fall_to_zero_and_count_every_segment()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        for (var i = 0; i < 5; i++) log.Append(400, 300);

        var behind = Enumerable.Range(0, 13).Select(index => log.Log.BytesBehind(index)).ToList();

        Assert.Equal(log.Log.Bytes, behind[0]);
        Assert.Equal(behind.OrderDescending(), behind);
        Assert.Equal([0, 0], behind[11..]);
        Assert.All(behind[..11], bytes => Assert.NotEqual(0, bytes));
    }

    [Fact]
    public void The_index_that_keeps_some_bytes_is_the_first_of_a_segment_with_at_least_so_many_behind_it()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        for (var i = 0; i < 5; i++) log.Append(800);
        const int Segment = Mark.Size + FrameHeader.Size + 800;

        Assert.Equal(6, log.Log.IndexKeeping(0));
        Assert.Equal(6, log.Log.IndexKeeping(Segment));
        Assert.Equal(5, log.Log.IndexKeeping(Segment + 1));
        Assert.Equal(1, log.Log.IndexKeeping(long.MaxValue));
    }

    [Fact]
    public void A_batch_that_does_not_follow_the_end_is_refused_and_harms_nothing()
    {
        using var log = TestLog.Create();
        log.Append(0);
        var late = TestLog.Batch(LogTail.Start, 0);

        Assert.Throws<ArgumentException>(() => log.Log.Append(late, 0));
        Assert.Throws<ArgumentException>(() => log.Log.Append(TestLog.Batch(log.Log.Durable), 0));

        log.Append(5);
        Assert.Equal(2, log.Log.Durable.Index);
    }

    [Fact]
    public void An_idle_mark_that_has_no_room_is_left_out()
    {
        using var log = TestLog.Create(segmentBytes: 1024);
        log.Append(0);
        log.Append(1024 - SegmentHeader.Size - (int)log.Log.Bytes - Mark.Size - FrameHeader.Size - sizeof(int) - Mark.Size + 1);
        var before = log.Files.Operations;

        log.Log.MarkIdle(2);

        Assert.Equal(before, log.Files.Operations);
    }
}

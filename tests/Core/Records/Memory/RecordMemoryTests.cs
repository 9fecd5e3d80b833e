using System.Runtime.InteropServices;
using Replication.Core.Records.Memory;
using Replication.Core.Tests.Kit;
using Record = Replication.Core.Records.Record;

namespace Replication.Core.Tests.Records.Memory;

/// <summary>When memory is used again: not before the last who may read it is gone, and then it is.</summary>
[Collection(AloneCollection.Name)]
public sealed class RecordMemoryTests
{
    private const int Some = 1_000; // more than wait for each other before they are freed
    private const int AFew = 100; // fewer

    private readonly RecordMemory _memory = new();

    [Fact]
    public void What_a_version_retired_is_used_again_once_the_version_is_settled()
    {
        Make(Some, out var first);
        Settle();
        Retire(first);
        var version = _memory.Freeze();
        _memory.Freeze();
        Assert.Equal(Some, Live);

        _memory.Settle(version);
        Pass();

        Assert.Equal(0, Live);
    }

    [Fact]
    public void A_reader_that_began_before_keeps_it_and_one_that_begins_later_does_not()
    {
        Make(Some, out var records);
        Settle();
        Retire(records);
        var reading = ReaderEpochs.Own;
        reading.Enter();
        Settle();
        Pass();
        Assert.Equal(Some, Live);

        reading.Enter();
        reading.Leave();
        Pass();
        Assert.Equal(Some, Live);

        reading.Leave();
        reading.Enter();
        Pass();
        Assert.Equal(0, Live);
        reading.Leave();
    }

    [Fact]
    public void A_view_keeps_what_its_version_reaches_and_nothing_that_came_later()
    {
        Make(Some, out var before, index: 5);
        var version = Settle();
        var pin = _memory.TryPin(version, index: 5)!;
        Make(Some, out var later, index: 9);
        Settle();
        Retire(before);
        Retire(later);
        Settle();
        Pass();
        Assert.Equal((Some, Some), (Live, _memory.HeldBlocks));

        _memory.Unpin(pin);
        Pass();
        Pass();

        Assert.Equal((0, 0), (Live, _memory.HeldBlocks));
    }

    [Fact]
    public void What_two_views_need_stays_until_both_are_closed()
    {
        Make(Some, out var records, index: 1);
        var pins = new[] { _memory.TryPin(Settle(), 1)!, _memory.TryPin(Settle(), 2)! };
        var shared = _memory.TryPin(pins[1].Version, 2)!;
        Assert.Same(pins[1], shared);
        Retire(records);
        Settle();

        foreach (var pin in new[] { pins[0], pins[1], shared })
        {
            Pass();
            Assert.Equal(Some, Live);
            _memory.Unpin(pin);
        }
        Pass();
        Pass();
        Assert.Equal(0, Live);
    }

    [Fact]
    public void What_is_being_read_through_a_view_that_somebody_else_closes_stays_also_what_was_retired_before()
    {
        Make(AFew, out var records, index: 1);
        var pin = _memory.TryPin(Settle(), index: 1)!;
        Retire(records);
        Pass();
        var reading = ReaderEpochs.Own;
        reading.Enter();
        try
        {
            _memory.Unpin(pin);
            ReclaimMany();
            Assert.Equal(AFew + Some, Live);
            Assert.All(records, record => Assert.Equal("key", System.Text.Encoding.ASCII.GetString(Record.KeyOf(record))));
        }
        finally
        {
            reading.Leave();
        }

        ReclaimMany();
        ReclaimMany();
        Assert.Equal(0, Live);
    }

    [Fact]
    public void A_version_that_others_have_left_behind_cannot_be_held_any_more()
    {
        var old = Settle();
        var newest = Settle();

        Assert.Null(_memory.TryPin(old, 0));
        Assert.NotNull(_memory.TryPin(newest, 0));
    }

    [Fact]
    public void Undoing_frees_what_was_made_and_brings_back_what_was_retired()
    {
        Make(Some, out var kept);
        var settled = Settle();
        Retire(kept);
        Make(Some, out _);
        _memory.Freeze();
        Make(Some, out _);

        _memory.BeginWriting(this, settled);
        Pass();
        Pass();

        Assert.Equal(Some, Live);
        Assert.All(kept, record => Assert.Equal("key", System.Text.Encoding.ASCII.GetString(Record.KeyOf(record))));
        Settle();
        Assert.Throws<InvalidOperationException>(() => _memory.BeginWriting(this, settled));
    }

    [Fact]
    public void A_view_of_what_is_undone_keeps_it()
    {
        var settled = Settle();
        Make(Some, out var made, index: 3);
        var pin = _memory.TryPin(_memory.Freeze(), index: 3)!;

        _memory.BeginWriting(this, settled);
        Settle();
        Pass();
        Assert.Equal(Some, Live);
        Assert.All(made, record => Assert.Equal("key", System.Text.Encoding.ASCII.GetString(Record.KeyOf(record))));

        _memory.Unpin(pin);
        Pass();
        Pass();
        Assert.Equal(0, Live);
    }

    [Fact]
    public void Freed_memory_is_overwritten_in_these_tests_so_that_a_reader_of_it_is_found_out()
    {
        Make(Some, out var records);
        Settle();
        Retire(records);
        Settle();
        Pass();

        Assert.NotEqual("key", System.Text.Encoding.ASCII.GetString(MemoryMarshal.CreateReadOnlySpan(in MemoryMarshal.GetReference(Record.KeyOf(records[0])), 3)));
    }

    private long Live => _memory.LiveBytes / SizeClass.BytesOf(SizeClass.Of(Record.BytesFor(3, 5)));

    private void ReclaimMany()
    {
        Make(Some, out var records, index: 2);
        Settle();
        Retire(records);
        Settle();
        Pass();
    }

    private void Make(int count, out nint[] records, long index = 1) =>
        records = [.. Enumerable.Range(0, count).Select(_ => Record.Write(_memory, "key"u8, "value"u8, index))];

    private void Retire(nint[] records)
    {
        foreach (var record in records) _memory.Retire(record, BlockKind.Record);
    }

    private long Settle()
    {
        var version = _memory.Freeze();
        _memory.Settle(version);
        return version;
    }

    // Looks at what may be freed happen while a version ends.
    private void Pass()
    {
        Settle();
        Settle();
    }
}

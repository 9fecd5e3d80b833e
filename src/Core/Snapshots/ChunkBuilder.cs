using System.Buffers;
using System.Text;
using Replication.Core.Payloads;
using Replication.Core.Records;

namespace Replication.Core.Snapshots;

/// <summary>Collects records as the content of one chunk: <c>SnapshotChunkContent</c> of snapshot.proto.</summary>
internal sealed class ChunkBuilder
{
    /// <summary>Of a section: the collection's name.</summary>
    public const int NameField = 1;

    /// <summary>Of a section: a record.</summary>
    public const int RecordsField = 3;

    private const int SectionsField = 1;
    private const int KindField = 2;
    private const int IndexesField = 4;

    private readonly ArrayBufferWriter<byte> _sections = new();
    private readonly ArrayBufferWriter<byte> _records = new();
    private string _collection = string.Empty;
    private CollectionKind _kind;
    private readonly ArrayBufferWriter<byte> _indexes = new(); // stand in a collection's first section
    private bool _open;
    private bool _goesOn; // the open section has records in an earlier chunk

    /// <summary>Bytes so far, about.</summary>
    public int Size => _sections.WrittenCount + _records.WrittenCount;

    /// <summary>Records so far.</summary>
    public int Records { get; private set; }

    /// <summary>Begins a section; a collection without records has one with none.</summary>
    public void Open(Collection collection)
    {
        Close();
        (_collection, _kind, _open, _goesOn) = (collection.Name, collection.Kind, true, false);
        foreach (var index in collection.Indexes)
        {
            var state = index.State.ToArray();
            var writer = new PayloadWriter(_indexes.GetSpan(PayloadWriter.SizeOfMessage(state.Length)));
            writer.Message(IndexesField, state.Length);
            writer.Raw(state);
            _indexes.Advance(writer.Written);
        }
    }

    /// <summary>Begins a section of a collection that has records in an earlier chunk; there is none when it has no more.</summary>
    public void GoOn(Collection collection)
    {
        Close();
        (_collection, _kind, _open, _goesOn) = (collection.Name, collection.Kind, true, true);
    }

    /// <summary>Adds a record to the section; its bytes are copied.</summary>
    public void Add(Record record)
    {
        var size = PayloadWriter.SizeOfBytes(record.Key.Length) + PayloadWriter.SizeOfBytes(record.Value.Length) + PayloadWriter.SizeOfNumber((ulong)record.Index);
        var framed = PayloadWriter.SizeOfMessage(size);
        var writer = new PayloadWriter(_records.GetSpan(framed));
        writer.Message(RecordsField, size);
        writer.Bytes(1, record.Key);
        writer.Bytes(2, record.Value);
        writer.Number(3, (ulong)record.Index);
        _records.Advance(framed);
        Records++;
    }

    /// <summary>The content, valid until the builder is used again: it is empty then.</summary>
    public ReadOnlyMemory<byte> Take(out int records)
    {
        Close();
        _open = false;
        var content = _sections.WrittenMemory;
        _sections.ResetWrittenCount();
        records = Records;
        Records = 0;
        return content;
    }

    private void Close()
    {
        if (!_open || (_goesOn && _records.WrittenCount == 0)) return;
        Span<byte> name = stackalloc byte[CollectionName.MaxLength];
        name = name[..Encoding.ASCII.GetBytes(_collection, name)];
        var size = PayloadWriter.SizeOfBytes(name.Length) + PayloadWriter.SizeOfNumber((ulong)_kind) + _records.WrittenCount + _indexes.WrittenCount;
        var framed = PayloadWriter.SizeOfMessage(size);
        var writer = new PayloadWriter(_sections.GetSpan(framed));
        writer.Message(SectionsField, size);
        writer.Bytes(NameField, name);
        writer.Number(KindField, (ulong)_kind);
        writer.Raw(_records.WrittenSpan);
        writer.Raw(_indexes.WrittenSpan);
        _indexes.ResetWrittenCount();
        _sections.Advance(framed);
        _records.ResetWrittenCount();
        _open = false;
    }
}

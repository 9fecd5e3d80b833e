using System.Text;
using Replication.Core.Payloads;
using Replication.Core.Records;

namespace Replication.Core.Snapshots;

/// <summary>Puts the content of chunks into a state. Chunks come in order.</summary>
internal static class ChunkLoader
{
    /// <exception cref="MalformedPayloadException">The bytes are no content of a chunk.</exception>
    public static void Load(ReadOnlySpan<byte> content, StateBuilder state)
    {
        var sections = new PayloadReader(content);
        while (sections.Next())
            if (sections.Field == 1)
                LoadSection(sections.Bytes, state);
    }

    private static void LoadSection(ReadOnlySpan<byte> bytes, StateBuilder state)
    {
        var name = string.Empty;
        var kind = CollectionKind.Json;
        var known = false;
        var fields = new PayloadReader(bytes);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1:
                    name = Encoding.ASCII.GetString(fields.Bytes);
                    break;
                case 2:
                    kind = fields.Number <= 1 ? (CollectionKind)fields.Number : throw new MalformedPayloadException("a collection's kind is unknown");
                    break;
                case 3:
                    state.Load(name, kind, ReadRecord(fields.Bytes));
                    known = true;
                    break;
            }
        }
        if (!CollectionName.IsValid(name)) throw new MalformedPayloadException("a section names no collection");
        if (!known) state.Load(name, kind, null);
    }

    private static Record ReadRecord(ReadOnlySpan<byte> bytes)
    {
        byte[] key = [], value = [];
        var index = 0UL;
        var fields = new PayloadReader(bytes);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1: key = fields.Bytes.ToArray(); break;
                case 2: value = fields.Bytes.ToArray(); break;
                case 3: index = fields.Number; break;
            }
        }
        return key.Length is 0 or > Transactions.TransactionLimits.MaxKeyBytes ? throw new MalformedPayloadException("a record has no key") : new Record(key, value, (long)index);
    }
}

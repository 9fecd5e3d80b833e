using System.Text;
using Replication.Core.Payloads;

namespace Replication.Core.Indexes;

/// <summary>
/// What every node knows of an index at a position, and what snapshots hold of it: <c>SnapshotIndex</c> of snapshot.proto. Its
/// entries follow from this and from the records.
/// </summary>
/// <param name="Definition">What it is.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="BuiltUpTo">While it is being built: the last key whose record it holds; empty before the first.</param>
/// <param name="Failure">Why it could not be built; empty unless it failed.</param>
public sealed record IndexState(IndexDefinition Definition, IndexPhase Phase, ReadOnlyMemory<byte> BuiltUpTo, string Failure)
{
    private const int DefinitionField = 1;
    private const int PhaseField = 2;
    private const int BuiltUpToField = 3;
    private const int FailureField = 4;

    /// <summary>Of an index that was just created.</summary>
    public static IndexState New(IndexDefinition definition) => new(definition, IndexPhase.Building, ReadOnlyMemory<byte>.Empty, string.Empty);

    /// <summary>Decodes a state.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    public static IndexState Read(ReadOnlySpan<byte> message)
    {
        IndexDefinition? definition = null;
        var (phase, failure) = (0UL, string.Empty);
        byte[] builtUpTo = [];
        var reader = new PayloadReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case DefinitionField: definition = IndexDefinition.Read(reader.Bytes); break;
                case PhaseField: phase = reader.Number; break;
                case BuiltUpToField: builtUpTo = reader.Bytes.ToArray(); break;
                case FailureField: failure = Encoding.UTF8.GetString(reader.Bytes); break;
            }
        }
        if (definition is null || phase > (ulong)IndexPhase.Failed) throw new MalformedPayloadException("an index has no definition, or a phase that is unknown to this version");
        return new IndexState(definition, (IndexPhase)phase, builtUpTo, failure);
    }

    /// <summary>Whether the entries of a record belong into the index now.</summary>
    public bool Covers(ReadOnlySpan<byte> key) =>
        Phase == IndexPhase.Ready || (Phase == IndexPhase.Building && key.SequenceCompareTo(BuiltUpTo.Span) <= 0);

    /// <summary>The message's bytes.</summary>
    public byte[] ToArray()
    {
        var definition = Definition.ToArray();
        var failure = Encoding.UTF8.GetBytes(Failure);
        var bytes = new byte[PayloadWriter.SizeOfBytes(definition.Length) + PayloadWriter.SizeOfNumber((ulong)Phase)
            + PayloadWriter.SizeOfBytes(BuiltUpTo.Length) + PayloadWriter.SizeOfBytes(failure.Length)];
        var writer = new PayloadWriter(bytes);
        writer.Bytes(DefinitionField, definition);
        writer.Number(PhaseField, (ulong)Phase);
        writer.Bytes(BuiltUpToField, BuiltUpTo.Span);
        writer.Bytes(FailureField, failure);
        return bytes;
    }
}

using System.Text;
using Replication.Core.Payloads;

namespace Replication.Core.Indexes;

/// <summary>
/// One step in the building of an index, decided by the primary and logged, so that every node takes the same one at the same
/// position: <c>IndexStepEntry</c> of log.proto. The key of its operation is the last one that the step covers.
/// </summary>
/// <param name="Name">Of the index.</param>
/// <param name="IsLast">Whether the index holds every record behind it.</param>
/// <param name="Failure">Why it cannot be built; empty when it can.</param>
public sealed record IndexStep(string Name, bool IsLast, string Failure)
{
    /// <summary>Records in a step at most, unless another number is given.</summary>
    public const int MaxRecords = 1024;

    /// <summary>A step takes no further record beyond so many bytes of documents.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int NameField = 1;
    private const int LastField = 2;
    private const int FailureField = 3;

    /// <summary>Decodes a step.</summary>
    /// <exception cref="MalformedPayloadException">It is none.</exception>
    public static IndexStep Read(ReadOnlySpan<byte> message)
    {
        var (name, last, failure) = (string.Empty, false, string.Empty);
        var reader = new PayloadReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case NameField: name = Encoding.UTF8.GetString(reader.Bytes); break;
                case LastField: last = reader.Number != 0; break;
                case FailureField: failure = Encoding.UTF8.GetString(reader.Bytes); break;
            }
        }
        return new IndexStep(name, last, failure);
    }

    /// <summary>The message's bytes.</summary>
    public byte[] ToArray()
    {
        var (name, failure) = (Encoding.UTF8.GetBytes(Name), Encoding.UTF8.GetBytes(Failure));
        var bytes = new byte[PayloadWriter.SizeOfBytes(name.Length) + PayloadWriter.SizeOfNumber(IsLast ? 1UL : 0) + PayloadWriter.SizeOfBytes(failure.Length)];
        var writer = new PayloadWriter(bytes);
        writer.Bytes(NameField, name);
        writer.Number(LastField, IsLast ? 1UL : 0);
        writer.Bytes(FailureField, failure);
        return bytes;
    }
}

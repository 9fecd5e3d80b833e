using Replication.Core.Records.Memory;

namespace Replication.Core.Records;

/// <summary>One look through a <see cref="ReadView"/> that somebody else may close.</summary>
public readonly ref struct ViewReading : IDisposable
{
    private readonly ReaderEpochs.Slot _slot;

    internal ViewReading(ReaderEpochs.Slot slot) => _slot = slot;

    /// <summary>Ends it.</summary>
    public void Dispose() => _slot.Leave();
}

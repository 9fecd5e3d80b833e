using Replication.Core.Positions;

namespace Replication.Core.Records;

/// <summary>A view was open for longer than views may be, and was closed, because it keeps the memory of everything that is replaced meanwhile.</summary>
public sealed class ViewExpiredException(LogPosition position)
    : InvalidOperationException($"The view at {position} was open for too long and was closed, so that memory can be used again. Open a new one, read in smaller parts, or set Replication:MaxViewAge higher.");

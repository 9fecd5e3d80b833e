namespace Replication.Node;

/// <summary>Ends the process at once: nothing more is answered, and the next start decides from the disk.</summary>
/// <param name="failure">Why.</param>
public delegate void FatalExit(Exception failure);

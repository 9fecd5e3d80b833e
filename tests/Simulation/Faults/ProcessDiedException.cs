namespace Replication.Simulation.Tests.Faults;

/// <summary>Ends whatever the process was doing: it is no more. Not an error that the product could handle.</summary>
internal sealed class ProcessDiedException(bool powerLost) : Exception
{
    public bool PowerLost => powerLost;
}
